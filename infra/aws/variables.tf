variable "name" {
  description = "What everything here is called; another name for each environment."
  type        = string
  default     = "microcred"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,23}$", var.name))
    error_message = "Must begin with a letter and have at most 24 lower-case letters, digits and hyphens."
  }
}

variable "environment" {
  description = "staging or production."
  type        = string
  default     = "production"

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "Must be staging or production."
  }
}

variable "region" {
  description = "Where everything runs."
  type        = string
}

variable "image" {
  description = "The image with its tag or digest, such as ACCOUNT.dkr.ecr.REGION.amazonaws.com/microcred:1.2.3."
  type        = string
}

variable "hostname" {
  description = "The name under which people and programs reach it; the certificate must be for it."
  type        = string
}

variable "certificate_arn" {
  description = "A certificate in ACM, in the same region."
  type        = string
}

variable "vpc_id" {
  description = "The network."
  type        = string
}

variable "public_subnet_ids" {
  description = "At least two, in different zones, for the load balancer."
  type        = list(string)
}

variable "private_subnet_ids" {
  description = "At least two, in different zones, with a way out (NAT), for containers and database."
  type        = list(string)
}

variable "web_count" {
  description = "Web servers."
  type        = number
  default     = 2
}

variable "worker_count" {
  description = "Workers; each does many jobs at a time."
  type        = number
  default     = 1
}

variable "database_class" {
  description = "The size of the database server."
  type        = string
  default     = "db.t4g.medium"
}

variable "database_version" {
  description = "PostgreSQL 16 or newer."
  type        = string
  default     = "17"
}

variable "database_gigabytes" {
  description = "To begin with; it grows up to four times that."
  type        = number
  default     = 20
}

variable "database_standby" {
  description = "Whether a second server in another zone takes over."
  type        = bool
  default     = true
}

variable "backup_days" {
  description = "How long backups are kept; who was erased stays in them for as long."
  type        = number
  default     = 14
}

variable "log_days" {
  description = "How long logs are kept."
  type        = number
  default     = 30
}

variable "secret_settings" {
  description = "Further variables of .env.example that are secrets, by name, such as OPENAI_API_KEY, METRICS_TOKEN and EMAIL_URL."
  type        = map(string)
  default     = {}
  sensitive   = true
}

variable "settings" {
  description = "Further variables of .env.example that are no secrets, by name."
  type        = map(string)
  default     = {}
}
