locals {
  # Ports that compose.yaml publishes, and who may reach each.
  ports = {
    app-a            = { port = 8000, cidrs = var.admin_cidrs }
    scaler           = { port = 8088, cidrs = var.admin_cidrs }
    prometheus       = { port = 9090, cidrs = var.admin_cidrs }
    grafana          = { port = 3000, cidrs = var.admin_cidrs }
    jaeger           = { port = 16686, cidrs = var.admin_cidrs }
    pokedex          = { port = 5000, cidrs = var.api_cidrs }
    pokedex-metrics  = { port = 8689, cidrs = var.api_cidrs }
    cadvisor         = { port = 8080, cidrs = var.cadvisor_cidrs }
    boiler-dashboard = { port = 8090, cidrs = var.boiler_cidrs }
  }
  doors = merge([
    for name, door in local.ports : {
      for cidr in door.cidrs : "${name} from ${cidr}" => { port = door.port, cidr = cidr }
    }
  ]...)

  # What is opened also runs.
  compose_profiles = join(",", distinct(concat(
    compact(split(",", var.compose_profiles)),
    length(var.api_cidrs) > 0 ? ["pokedex"] : [],
    length(var.cadvisor_cidrs) > 0 ? ["containers"] : [],
    length(var.boiler_cidrs) > 0 ? ["boiler"] : [],
  )))
  # Ports are published to the outside only when somebody may reach one.
  bind_address = length(local.doors) == 0 ? "127.0.0.1" : "0.0.0.0"
}
