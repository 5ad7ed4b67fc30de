variable "region" {
  description = "AWS region to run in."
  type        = string
  default     = "eu-central-1"
}

variable "name" {
  description = "Name that everything made here carries, as a tag and in names."
  type        = string
  default     = "predictive-scaler"
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,30}$", var.name))
    error_message = "The name is lower-case letters, digits and dashes, at most 31, and begins with a letter."
  }
}

variable "admin_cidrs" {
  description = "Addresses that may reach the published ports, such as [\"203.0.113.7/32\"]. Empty: nobody; the host is reached through Session Manager alone."
  type        = list(string)
  default     = []
  validation {
    condition     = alltrue([for cidr in var.admin_cidrs : can(cidrhost(cidr, 0)) && !endswith(cidr, "/0")])
    error_message = "Each entry is a block such as 203.0.113.7/32. A block of everybody (/0) is refused: the pages have no login."
  }
}

variable "instance_type" {
  description = "Size of the host. t2.micro (1 GiB) carries the heart of the stack with the help of swap; t3.medium (4 GiB) is advised, t3.large for every profile."
  type        = string
  default     = "t2.micro"
}

variable "compose_profiles" {
  description = "Parts of the stack beside its heart, as COMPOSE_PROFILES takes them: all, or any of pokedex, boiler, metric-sender, hello, dashboards, traces, containers, alerts, with commas between."
  type        = string
  default     = ""
  validation {
    condition     = can(regex("^[a-z,-]*$", var.compose_profiles))
    error_message = "Profiles are words with commas between them, such as dashboards,traces."
  }
}

variable "repository_url" {
  description = "Git repository with compose.yaml, readable without a login."
  type        = string
  validation {
    condition     = can(regex("^https://[A-Za-z0-9._~/-]+$", var.repository_url))
    error_message = "The repository is an https:// address without user, password or query."
  }
}

variable "revision" {
  description = "Branch or tag of the repository to run."
  type        = string
  default     = "main"
  validation {
    condition     = can(regex("^[A-Za-z0-9._/-]+$", var.revision))
    error_message = "The revision is the name of a branch or a tag."
  }
}

variable "disk_gibibytes" {
  description = "Size of the host's disk: images, Prometheus' data and swap."
  type        = number
  default     = 30
  validation {
    condition     = var.disk_gibibytes >= 20
    error_message = "Building the images needs at least 20 GiB."
  }
}
