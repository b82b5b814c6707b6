import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consulting_sessions', '0005_what_belongs_together'),
        ('customers', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BusyCalendar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sealed_address', models.TextField()),
                ('host', models.CharField(max_length=253, verbose_name='host')),
                ('state', models.CharField(choices=[('waiting', 'Not read yet'), ('read', 'Up to date'), ('failing', 'Cannot be read')], default='waiting', max_length=10, verbose_name='state')),
                ('failure', models.CharField(blank=True, max_length=20, verbose_name='failure')),
                ('failures_in_a_row', models.PositiveSmallIntegerField(default=0)),
                ('added_at', models.DateTimeField(verbose_name='added')),
                ('tried_at', models.DateTimeField(blank=True, null=True, verbose_name='last tried')),
                ('read_at', models.DateTimeField(blank=True, null=True, verbose_name='last read')),
                ('due_at', models.DateTimeField(verbose_name='next due')),
                ('known_until', models.DateTimeField(help_text='Up to where recurring events were written out.', null=True)),
                ('etag', models.CharField(blank=True, max_length=300)),
                ('last_modified', models.CharField(blank=True, max_length=100)),
            ],
            options={
                'verbose_name': 'calendar read for busy times',
                'verbose_name_plural': 'calendars read for busy times',
                'db_table': 'busy_calendars',
                'ordering': ['added_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='BusyTime',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(verbose_name='from')),
                ('ends_at', models.DateTimeField(verbose_name='until')),
            ],
            options={
                'verbose_name': 'busy time',
                'verbose_name_plural': 'busy times',
                'db_table': 'busy_times',
                'ordering': ['starts_at'],
            },
        ),
        migrations.CreateModel(
            name='DayException',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('date', models.DateField(verbose_name='day')),
            ],
            options={
                'verbose_name': 'exception',
                'verbose_name_plural': 'exceptions',
                'db_table': 'day_exceptions',
                'ordering': ['date'],
            },
        ),
        migrations.CreateModel(
            name='DiarySettings',
            fields=[
                ('staff', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='diary_settings', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('daily_limit_minutes', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='most minutes of meetings a day')),
            ],
            options={
                'verbose_name': 'diary settings',
                'verbose_name_plural': 'diary settings',
                'db_table': 'diary_settings',
            },
        ),
        migrations.CreateModel(
            name='ExceptionHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.TimeField(verbose_name='from')),
                ('ends_at', models.TimeField(verbose_name='until')),
            ],
            options={
                'verbose_name': 'hours of an exception',
                'verbose_name_plural': 'hours of exceptions',
                'db_table': 'exception_hours',
                'ordering': ['starts_at'],
            },
        ),
        migrations.AddField(
            model_name='timeoff',
            name='cover',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='covers', to=settings.AUTH_USER_MODEL, verbose_name='cover'),
        ),
        migrations.AddField(
            model_name='timeoff',
            name='cover_customers',
            field=models.ManyToManyField(blank=True, db_table='time_off_cover_customers', related_name='covered_in', to='customers.customer', verbose_name='covered customers'),
        ),
        migrations.AddIndex(
            model_name='timeoff',
            index=models.Index(fields=['staff', 'ends_at'], name='time_off_of_staff'),
        ),
        migrations.AddConstraint(
            model_name='timeoff',
            constraint=models.CheckConstraint(condition=models.Q(('cover', models.F('staff')), _negated=True), name='time_off_covered_by_another'),
        ),
        migrations.AddField(
            model_name='busycalendar',
            name='staff',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='busy_calendars', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='busytime',
            name='calendar',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='times', to='consulting_sessions.busycalendar'),
        ),
        migrations.AddField(
            model_name='dayexception',
            name='staff',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='day_exceptions', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='diarysettings',
            constraint=models.CheckConstraint(condition=models.Q(('daily_limit_minutes__range', (1, 1440))), name='diary_settings_daily_limit'),
        ),
        migrations.AddField(
            model_name='exceptionhours',
            name='exception',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='hours', to='consulting_sessions.dayexception'),
        ),
        migrations.AddIndex(
            model_name='busycalendar',
            index=models.Index(fields=['due_at'], name='busy_calendars_due'),
        ),
        migrations.AddConstraint(
            model_name='busycalendar',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'read', 'failing'])), name='busy_calendars_state'),
        ),
        migrations.AddConstraint(
            model_name='busycalendar',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'failing'), models.Q(('failure', ''), _negated=True)), models.Q(models.Q(('state', 'failing'), _negated=True), ('failure', '')), _connector='OR'), name='busy_calendars_failing_says_why'),
        ),
        migrations.AddIndex(
            model_name='busytime',
            index=models.Index(fields=['calendar', 'starts_at'], name='busy_times_of_calendar'),
        ),
        migrations.AddConstraint(
            model_name='busytime',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='busy_times_end_after_start'),
        ),
        migrations.AddConstraint(
            model_name='dayexception',
            constraint=models.UniqueConstraint(fields=('staff', 'date'), name='day_exceptions_once'),
        ),
        migrations.AddConstraint(
            model_name='exceptionhours',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='exception_hours_end_after_start'),
        ),
        migrations.AddConstraint(
            model_name='exceptionhours',
            constraint=models.UniqueConstraint(fields=('exception', 'starts_at'), name='exception_hours_once'),
        ),
    ]
