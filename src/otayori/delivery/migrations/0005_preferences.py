import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('delivery', '0004_bounces'),
        ('roster', '0002_groups'),
    ]

    operations = [
        migrations.AddField(
            model_name='endpoint',
            name='arrived_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='endpoint',
            name='seen_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name='Preference',
            fields=[
                ('guardian', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='preference', serialize=False, to='roster.guardian')),
                ('quiet_from', models.PositiveSmallIntegerField(null=True)),
                ('quiet_until', models.PositiveSmallIntegerField(null=True)),
                ('digest_at', models.PositiveSmallIntegerField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('quiet_from__isnull', True), ('quiet_until__isnull', True)), models.Q(('quiet_from__isnull', False), ('quiet_from__lt', 24), ('quiet_until__isnull', False), ('quiet_until__lt', 24), models.Q(('quiet_from', models.F('quiet_until')), _negated=True)), _connector='OR'), name='preference_quiet_hours'), models.CheckConstraint(condition=models.Q(('digest_at__isnull', True), ('digest_at__lt', 24), _connector='OR'), name='preference_digest_hour')],
            },
        ),
    ]
