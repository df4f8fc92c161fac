locals {
  # Three different texts, the same for all containers.
  generated = toset(["SECRET_KEY", "JWT_SIGNING_KEY", "WEBHOOK_ENCRYPTION_KEY"])

  secrets = merge(
    { for name, made in random_password.generated : name => made.result },
    {
      # Encrypted, but by a certificate of an authority that systems do not know: see UNENCRYPTED_HOSTS.
      DATABASE_URL = "postgres://microcred:${random_password.database.result}@${aws_db_instance.main.address}:5432/microcred?sslmode=require"
    },
    var.secret_settings,
  )
  # Only their names are no secret.
  secret_names = toset(concat(tolist(local.generated), ["DATABASE_URL"], nonsensitive(keys(var.secret_settings))))
}

resource "random_password" "generated" {
  for_each = local.generated
  length   = 64
  special  = false
}

resource "aws_secretsmanager_secret" "all" {
  for_each = local.secret_names
  name     = "${var.name}/${each.key}"
}

resource "aws_secretsmanager_secret_version" "all" {
  for_each      = local.secret_names
  secret_id     = aws_secretsmanager_secret.all[each.key].id
  secret_string = local.secrets[each.key]
}
