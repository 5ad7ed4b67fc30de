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
  description = "Addresses that may reach app-a and the pages of the scaler, Prometheus, Grafana and Jaeger, such as [\"203.0.113.7/32\"]. Empty: nobody; the host is reached through Session Manager alone."
  type        = list(string)
  default     = []
  validation {
    condition     = alltrue([for cidr in var.admin_cidrs : can(cidrhost(cidr, 0)) && !endswith(cidr, "/0")])
    error_message = "Each entry is a block such as 203.0.113.7/32. A block of everybody (/0) is refused: the pages have no login."
  }
}

variable "api_cidrs" {
  description = "Addresses that may reach the pokedex API (5000, and 8689 with its metrics), such as [\"203.0.113.0/24\"], or [\"0.0.0.0/0\"] for everybody. Starts the profile pokedex."
  type        = list(string)
  default     = []
  validation {
    condition     = alltrue([for cidr in var.api_cidrs : can(cidrhost(cidr, 0))])
    error_message = "Each entry is a block such as 203.0.113.0/24."
  }
}

variable "cadvisor_cidrs" {
  description = "Addresses that may reach cAdvisor (8080). Starts the profile containers."
  type        = list(string)
  default     = []
  validation {
    condition     = alltrue([for cidr in var.cadvisor_cidrs : can(cidrhost(cidr, 0)) && !endswith(cidr, "/0")])
    error_message = "Each entry is a block such as 203.0.113.7/32. A block of everybody (/0) is refused: the page has no login."
  }
}

variable "boiler_cidrs" {
  description = "Addresses that may reach the boiler page (8090). Starts the profile boiler."
  type        = list(string)
  default     = []
  validation {
    condition     = alltrue([for cidr in var.boiler_cidrs : can(cidrhost(cidr, 0)) && !endswith(cidr, "/0")])
    error_message = "Each entry is a block such as 203.0.113.7/32. A block of everybody (/0) is refused: the page has no login."
  }
}

variable "instance_type" {
  description = "Size of the host. t2.micro (1 GiB) holds the core of the stack; t3.medium (4 GiB) is advised, t3.large for every profile. Figures: infra/README.md."
  type        = string
  default     = "t2.micro"
}

variable "compose_profiles" {
  description = "Parts of the stack in addition to its core, as COMPOSE_PROFILES takes them: all, or any of pokedex, boiler, metric-sender, hello, dashboards, traces, containers, alerts, with commas between."
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
