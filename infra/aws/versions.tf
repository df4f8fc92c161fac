# MicroCred on AWS: containers on Fargate, PostgreSQL on RDS, one load balancer, in a network that is there already.
# docs/guides/operator.md says how to apply it.
terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.6"
    }
  }

  # The state holds the secrets: keep it where only those who operate this can read it.
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { Application = var.name }
  }
}
