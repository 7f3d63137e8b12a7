"""Every address there is; the permission table in the tests has a row for each."""

from django.urls import include, path

from casework.pages import account, chiefs, entry, handover, hearing, operations, publishing, travel
from casework.pages.audit import audit
from casework.pages.audit import export as audit_export
from casework.pages.seeing import seeing, seeing_end

urlpatterns = [
    path("", entry.home, name="home"),
    path("login/", entry.Login.as_view(), name="login"),
    path("logout/", entry.logout, name="logout"),
    path("post/", entry.switch_post, name="switch_post"),
    path("password/", account.password, name="password"),
    path("preferences/", entry.preferences, name="preferences"),
    path("photos/<slug:sha256>/", entry.photo, name="photo"),
    path("recordings/<slug:sha256>/", hearing.recording, name="recording"),
    path("healthz", entry.healthz, name="healthz"),
    path("m/", include("casework.pages.phone")),
    path("desk/handover/", handover.handover, name="handover"),
    path("desk/ledgers/", include("casework.pages.ledgers")),
    path("m/ledgers/", include("casework.pages.ledgervisits")),
    path("m/chief/", chiefs.chief, name="chief"),
    path("desk/cases/<str:number>/travel/", travel.travel, name="travel"),
    path("desk/", include("casework.pages.desk")),
    path("studio/", include("casework.pages.studio")),
    path("settings/", include("casework.pages.orgurls")),
    path("watch/", include("casework.pages.watch")),
    path("audit/", audit, name="audit"),
    path("audit/export/", audit_export, name="audit_export"),
    path("seeing/", seeing, name="seeing"),
    path("seeing/end/", seeing_end, name="seeing_end"),
    path("operations/", operations.operations, name="operations"),
    path("reviews/", publishing.reviews, name="reviews"),
    path("reviews/asks/<int:request_id>/", publishing.loosen, name="loosen"),
    path("p/", include("casework.pages.public")),
    path("api/v1/", include("casework.api.urls")),
]
handler404 = "casework.pages.door.not_found"
handler500 = "casework.pages.door.failure"
