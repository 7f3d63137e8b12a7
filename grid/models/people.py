"""People who log in. What they may do comes from their posts, never from the person."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    class Language(models.TextChoices):
        CHINESE = "zh-hans", _("Simplified Chinese")
        ENGLISH = "en", _("English")

    class Letters(models.TextChoices):
        NORMAL = "normal", _("Normal letters")
        LARGE = "large", _("Large letters")

    class Theme(models.TextChoices):
        NORMAL = "normal", _("Normal colours")
        SUN = "sun", _("Sunlight: strong contrast")
        NIGHT = "night", _("Night: dark")

    display_name = models.CharField(max_length=50, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=10, choices=Language, default=Language.CHINESE)
    letters = models.CharField(max_length=10, choices=Letters, default=Letters.NORMAL)
    theme = models.CharField(max_length=10, choices=Theme, default=Theme.NORMAL)

    class Meta:
        ordering = ("username",)

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        return self.display_name or super().get_full_name()

    def get_short_name(self) -> str:
        return str(self)
