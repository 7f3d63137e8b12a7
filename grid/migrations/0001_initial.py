import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Post",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=101, unique=True)),
                ("role", models.SlugField(db_index=False, max_length=40)),
                ("name", models.CharField(max_length=100)),
                (
                    "sees",
                    models.CharField(
                        choices=[
                            ("area", "Everything in its area"),
                            ("assigned", "Only what it is assigned"),
                        ],
                        default="assigned",
                        max_length=10,
                    ),
                ),
                (
                    "powers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), blank=True, default=list, size=None
                    ),
                ),
            ],
            options={
                "ordering": ("code",),
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                (
                    "date_joined",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined"),
                ),
                ("display_name", models.CharField(blank=True, max_length=50)),
                ("phone", models.CharField(blank=True, max_length=20)),
                (
                    "language",
                    models.CharField(
                        choices=[("zh-hans", "Simplified Chinese"), ("en", "English")],
                        default="zh-hans",
                        max_length=10,
                    ),
                ),
                (
                    "letters",
                    models.CharField(
                        choices=[("normal", "Normal letters"), ("large", "Large letters")],
                        default="normal",
                        max_length=10,
                    ),
                ),
                (
                    "theme",
                    models.CharField(
                        choices=[
                            ("normal", "Normal colours"),
                            ("sun", "Sunlight: strong contrast"),
                            ("night", "Night: dark"),
                        ],
                        default="normal",
                        max_length=10,
                    ),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "ordering": ("username",),
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="Area",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=17, unique=True)),
                ("name", models.CharField(max_length=100)),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("district", "District"),
                            ("town", "Town or sub-district"),
                            ("community", "Village or community"),
                            ("grid", "Grid"),
                            ("microgrid", "Micro-grid"),
                        ],
                        max_length=10,
                    ),
                ),
                ("outline", models.JSONField(blank=True, null=True)),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Ordinary"),
                            ("subdistrict", "Sub-district"),
                            ("town", "Town"),
                            ("township", "Township"),
                            ("community", "Community"),
                            ("village", "Village"),
                            ("special", "Special grid"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("synthetic", models.BooleanField(default=False)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        db_column="parent_code",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="grid.area",
                        to_field="code",
                    ),
                ),
            ],
            options={
                "ordering": ("code",),
            },
        ),
        migrations.CreateModel(
            name="Photo",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("file", models.FileField(max_length=200, upload_to="")),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                ("bytes", models.PositiveIntegerField()),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                ("lat", models.FloatField(blank=True, null=True)),
                ("lon", models.FloatField(blank=True, null=True)),
                ("accuracy", models.FloatField(blank=True, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Appointment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("main", "Main post"),
                            ("concurrent", "Concurrent post"),
                            ("temporary", "Temporary post"),
                            ("seconded", "Seconded"),
                        ],
                        default="main",
                        max_length=10,
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                (
                    "stand_in_for",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stand_ins",
                        to="grid.appointment",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="grid.post",
                    ),
                ),
            ],
            options={
                "ordering": ("post_id", "starts_on", "id"),
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token", models.UUIDField()),
                (
                    "located",
                    models.CharField(
                        choices=[
                            ("inside", "The position lies in this grid"),
                            (
                                "nearest",
                                "The position lies outside every grid; this is the nearest community",
                            ),
                            ("chosen", "Chosen by the reporter"),
                        ],
                        max_length=10,
                    ),
                ),
                ("matter_key", models.CharField(max_length=100)),
                ("category", models.CharField(blank=True, max_length=100)),
                ("summary", models.CharField(blank=True, max_length=500)),
                ("answers", models.JSONField(blank=True, default=dict)),
                ("lat", models.FloatField(blank=True, null=True)),
                ("lon", models.FloatField(blank=True, null=True)),
                ("accuracy", models.FloatField(blank=True, null=True)),
                ("seen_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reports", to="grid.area"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="grid.post",
                    ),
                ),
            ],
            options={
                "ordering": ("-received_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=60, unique=True)),
                ("key", models.SlugField(db_index=False, max_length=40)),
                ("name", models.CharField(max_length=100)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("district_leadership", "District leadership"),
                            ("district_centre", "District centre"),
                            ("department", "District department"),
                            ("command_centre", "Command centre"),
                            ("sector", "Sector"),
                            ("community_committee", "Community committee"),
                            ("grid_team", "Grid team"),
                            ("other", "Other unit"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="units", to="grid.area"
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="grid.unit",
                    ),
                ),
            ],
            options={
                "ordering": ("code",),
            },
        ),
        migrations.AddField(
            model_name="post",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="posts", to="grid.unit"
            ),
        ),
        migrations.AddConstraint(
            model_name="area",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("code__regex", "^[0-9]{6}$"), ("level", "district")),
                    models.Q(("code__regex", "^[0-9]{9}$"), ("level", "town")),
                    models.Q(("code__regex", "^[0-9]{12}$"), ("level", "community")),
                    models.Q(("code__regex", "^[0-9]{15}$"), ("level", "grid")),
                    models.Q(("code__regex", "^[0-9]{17}$"), ("level", "microgrid")),
                    _connector="OR",
                ),
                name="area_code_has_digits_of_level",
            ),
        ),
        migrations.AddConstraint(
            model_name="area",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("parent__isnull", True),
                    models.Q(
                        ("level", "town"),
                        ("parent", django.db.models.functions.text.Left(models.F("code"), models.Value(6))),
                    ),
                    models.Q(
                        ("level", "community"),
                        ("parent", django.db.models.functions.text.Left(models.F("code"), models.Value(9))),
                    ),
                    models.Q(
                        ("level", "grid"),
                        ("parent", django.db.models.functions.text.Left(models.F("code"), models.Value(12))),
                    ),
                    models.Q(
                        ("level", "microgrid"),
                        ("parent", django.db.models.functions.text.Left(models.F("code"), models.Value(15))),
                    ),
                    _connector="OR",
                ),
                name="area_parent_is_prefix_of_code",
            ),
        ),
        migrations.AddConstraint(
            model_name="area",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="area_has_name"
            ),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(fields=["sha256"], name="photo_sha256"),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.UniqueConstraint(fields=("owner", "sha256"), name="photo_once_per_owner"),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(
                condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="photo_sha256_is_hex"
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lat__isnull", True), ("lon__isnull", True)),
                    models.Q(
                        models.Q(("lat__range", (-90, 90)), ("lon__range", (-180, 180))),
                        ("lat__isnull", False),
                        ("lon__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="photo_position_is_on_earth",
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(
                condition=models.Q(("accuracy__isnull", True), ("accuracy__gte", 0), _connector="OR"),
                name="photo_accuracy_is_distance",
            ),
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(fields=["user", "starts_on"], name="appointment_user"),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on__isnull", True), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                ),
                name="appointment_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("stand_in_for__isnull", True),
                    models.Q(("stand_in_for", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="appointment_stands_in_for_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("kind", "main")),
                expressions=(
                    (
                        models.Func(
                            models.F("post"), models.F("post"), models.Value("[]"), function="int8range"
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.F("user"), models.F("user"), models.Value("[]"), function="int8range"
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.F("starts_on"),
                            models.F("ends_on"),
                            models.Value("[]"),
                            function="daterange",
                        ),
                        "&&",
                    ),
                ),
                name="appointment_main_does_not_overlap",
            ),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["by", "-received_at"], name="report_by_received"),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(fields=("by", "token"), name="report_token_once_per_person"),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lat__isnull", True), ("lon__isnull", True)),
                    models.Q(
                        models.Q(("lat__range", (-90, 90)), ("lon__range", (-180, 180))),
                        ("lat__isnull", False),
                        ("lon__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="report_position_is_on_earth",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("accuracy__isnull", True), ("accuracy__gte", 0), _connector="OR"),
                name="report_accuracy_is_distance",
            ),
        ),
        migrations.AddIndex(
            model_name="unit",
            index=models.Index(fields=["key", "area"], name="unit_key_area"),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(("code__contains", "/"), _negated=True), name="unit_code_has_no_slash"
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("parent__isnull", True),
                    models.Q(("parent", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="unit_is_not_its_own_parent",
            ),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(fields=["role", "unit"], name="post_role_unit"),
        ),
        migrations.AddIndex(
            model_name="post",
            index=django.contrib.postgres.indexes.GinIndex(fields=["powers"], name="post_powers"),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.UniqueConstraint(fields=("unit", "role"), name="post_role_once_per_unit"),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "code__endswith",
                        django.db.models.functions.text.Concat(models.Value("/"), models.F("role")),
                    )
                ),
                name="post_code_ends_in_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="post",
            constraint=models.CheckConstraint(
                condition=models.Q(("powers__contained_by", ["dispatch", "studio", "supervise", "register"])),
                name="post_powers_are_known",
            ),
        ),
    ]
