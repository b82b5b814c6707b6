"""Pages that exist only in the demo."""

from django.urls import URLPattern, URLResolver, path

from home import demo_mail, gallery

urlpatterns: list[URLPattern | URLResolver] = [
    path("mail/", demo_mail.mailbox, name="demo-mail"),
    path("mail/<slug:name>/", demo_mail.mail, name="demo-mail-detail"),
    path("mail/<slug:name>/html/", demo_mail.html, name="demo-mail-html"),
    path("mail/<slug:name>/<int:number>/", demo_mail.attachment, name="demo-mail-attachment"),
    path("gallery/", gallery.show, name="demo-gallery"),
]
