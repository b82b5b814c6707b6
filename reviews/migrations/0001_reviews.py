import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('consulting_sessions', '0009_overage_cap'),
        ('support_packages', '0002_guards'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='number')),
                ('window_starts_on', models.DateField(verbose_name='first day of the window')),
                ('window_ends_on', models.DateField(verbose_name='last day of the window')),
                ('status', models.CharField(choices=[('due', 'Due'), ('planned', 'Planned'), ('held', 'Held')], default='due', max_length=10, verbose_name='status')),
                ('subject', models.CharField(choices=[('progress', 'Progress of the project'), ('kickoff', 'Kick-off meeting'), ('operations', 'Operations meeting'), ('software-training', 'Software training')], default='progress', max_length=30, verbose_name='subject')),
                ('starts_at', models.DateTimeField(blank=True, null=True, verbose_name='start')),
                ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='end')),
                ('duration_minutes', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='length in minutes')),
                ('place', models.CharField(blank=True, max_length=300, verbose_name='place')),
                ('sequence', models.PositiveIntegerField(default=0, help_text='Grows with every change: iCalendar SEQUENCE.')),
                ('notes', models.TextField(blank=True, verbose_name='notes')),
                ('project_status', models.CharField(blank=True, choices=[('on_track', 'On track'), ('at_risk', 'At risk'), ('off_track', 'Off track')], max_length=10, verbose_name='project status')),
                ('missed_by', models.CharField(blank=True, choices=[('customer', 'the customer'), ('oura', 'Oura')], max_length=10, verbose_name='missed by')),
                ('contract', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='support_packages.contract', verbose_name='contract')),
            ],
            options={
                'verbose_name': 'project health check',
                'verbose_name_plural': 'project health checks',
                'db_table': 'reviews',
            },
        ),
        migrations.CreateModel(
            name='InternalNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(verbose_name='internal note')),
                ('written_at', models.DateTimeField(verbose_name='written')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='internal_notes', to='reviews.review')),
            ],
            options={
                'verbose_name': 'internal note',
                'verbose_name_plural': 'internal notes',
                'db_table': 'review_internal_notes',
                'ordering': ['written_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='AgendaPoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('customer', 'the customer'), ('oura', 'Oura')], max_length=10, verbose_name='side')),
                ('text', models.CharField(max_length=500, verbose_name='point')),
                ('added_at', models.DateTimeField(verbose_name='added')),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agenda', to='reviews.review')),
            ],
            options={
                'verbose_name': 'point of the agenda',
                'verbose_name_plural': 'points of the agenda',
                'db_table': 'review_agenda_points',
                'ordering': ['added_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='ActionItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=500, verbose_name='what')),
                ('side', models.CharField(choices=[('customer', 'the customer'), ('oura', 'Oura')], max_length=10, verbose_name='side')),
                ('due_on', models.DateField(verbose_name='due')),
                ('added_at', models.DateTimeField(verbose_name='added')),
                ('done_at', models.DateTimeField(blank=True, null=True, verbose_name='done')),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('done_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='action_items', to=settings.AUTH_USER_MODEL, verbose_name='who')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='action_items', to='reviews.review')),
            ],
            options={
                'verbose_name': 'action item',
                'verbose_name_plural': 'action items',
                'db_table': 'review_action_items',
                'ordering': ['due_on', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='ReviewAttendee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail address')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attendees', to='reviews.review')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='review_attendances', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'attendee',
                'verbose_name_plural': 'attendees',
                'db_table': 'review_attendees',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='ReviewEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('planned', 'Planned'), ('moved', 'Moved'), ('cancelled', 'Cancelled'), ('held', 'Held'), ('not_held', 'Did not take place'), ('corrected', 'Record corrected'), ('side', 'Whose side missed it')], max_length=12, verbose_name='kind')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('details', models.JSONField(default=dict, verbose_name='details')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='who')),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='reviews.review', verbose_name='review')),
            ],
            options={
                'verbose_name': 'review event',
                'verbose_name_plural': 'review events',
                'db_table': 'review_events',
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='ReviewStaff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('diary_entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='review_staff', to='consulting_sessions.diaryentry')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to=settings.AUTH_USER_MODEL)),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='staff', to='reviews.review')),
            ],
            options={
                'db_table': 'review_staff',
                'ordering': ['pk'],
            },
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(condition=models.Q(('status', 'held'), _negated=True), fields=['window_starts_on'], name='reviews_open'),
        ),
        migrations.AddIndex(
            model_name='review',
            index=models.Index(condition=models.Q(('status', 'planned')), fields=['starts_at'], name='reviews_coming'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.UniqueConstraint(fields=('contract', 'number'), name='reviews_once'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(('window_ends_on__gte', models.F('window_starts_on'))), name='reviews_window_end_after_start'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['due', 'planned', 'held'])), name='reviews_status'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('duration_minutes__isnull', True), ('ends_at__isnull', True), ('starts_at__isnull', True), ('status', 'due')), models.Q(('duration_minutes__in', (15, 30, 45, 60)), ('ends_at__gt', models.F('starts_at')), ('starts_at__isnull', False), ('status__in', ['planned', 'held'])), _connector='OR'), name='reviews_meeting_while_planned'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('project_status__in', ['on_track', 'at_risk', 'off_track']), ('status', 'held')), models.Q(models.Q(('status', 'held'), _negated=True), ('project_status', '')), _connector='OR'), name='reviews_held_with_project_status'),
        ),
        migrations.AddConstraint(
            model_name='agendapoint',
            constraint=models.CheckConstraint(condition=models.Q(('side__in', ['customer', 'oura'])), name='review_agenda_points_side'),
        ),
        migrations.AddIndex(
            model_name='actionitem',
            index=models.Index(condition=models.Q(('done_at__isnull', True)), fields=['owner', 'due_on'], name='review_action_items_open'),
        ),
        migrations.AddConstraint(
            model_name='actionitem',
            constraint=models.CheckConstraint(condition=models.Q(('side__in', ['customer', 'oura'])), name='review_action_items_side'),
        ),
        migrations.AddConstraint(
            model_name='actionitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', True), ('done_by__isnull', True)), models.Q(('done_at__isnull', False), ('done_by__isnull', False)), _connector='OR'), name='review_action_items_done_at_with_by'),
        ),
        migrations.AddConstraint(
            model_name='reviewattendee',
            constraint=models.UniqueConstraint(fields=('review', 'email'), name='review_attendees_once'),
        ),
        migrations.AddConstraint(
            model_name='reviewstaff',
            constraint=models.UniqueConstraint(fields=('review', 'person'), name='review_staff_once'),
        ),
    ]
