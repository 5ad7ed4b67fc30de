#!/bin/sh
# Writes Alertmanager's configuration to standard output. Alertmanager reads no variables itself, so this fills them in:
# with TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID alerts go to that chat, without them they are only shown on its page.
# TELEGRAM_API_URL names a Bot API server of your own. ALERT_LANGUAGE is en (default) or pt-BR.
set -eu

token=${TELEGRAM_BOT_TOKEN:-}
chat=${TELEGRAM_CHAT_ID:-}

fail() {
  echo "alertmanager: $1" >&2
  exit 1
}

if [ -n "$token" ] && [ -z "$chat" ]; then fail "TELEGRAM_BOT_TOKEN is set, TELEGRAM_CHAT_ID is not: set both or none"; fi
if [ -z "$token" ] && [ -n "$chat" ]; then fail "TELEGRAM_CHAT_ID is set, TELEGRAM_BOT_TOKEN is not: set both or none"; fi
if [ -n "$chat" ]; then
  echo "$chat" | grep -Eq '^-?[0-9]+$' ||
    fail "TELEGRAM_CHAT_ID is \"$chat\": expected a number, such as -1001234567890 (ask @userinfobot)"
  # The value of a secret is not shown.
  echo "$token" | grep -Eq '^[0-9]+:[A-Za-z0-9_-]+$' ||
    fail "TELEGRAM_BOT_TOKEN does not look like a token of @BotFather: expected digits, a colon, letters and digits"
fi

case ${ALERT_LANGUAGE:-en} in
  en) summary=.Annotations.summary description=.Annotations.description ;;
  # An alert of others has no Portuguese text.
  pt-BR)
    summary='or .Annotations.resumo .Annotations.summary'
    description='or .Annotations.descricao .Annotations.description'
    ;;
  *) fail "ALERT_LANGUAGE is \"$ALERT_LANGUAGE\": expected en or pt-BR" ;;
esac

receiver=page-only
[ -z "$token" ] || receiver=telegram

cat <<YAML
route:
  receiver: $receiver
  group_by: [alertname]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 4h

inhibit_rules:
  # While the scaler is down, what it said last about its forecasts is no news.
  - source_matchers: [alertname = ScalerDown]
    target_matchers: [alertname =~ "Forecast.*|ScalerAnswersErrors"]

receivers:
  - name: page-only
YAML
[ -z "$token" ] || cat <<YAML
  - name: telegram
    telegram_configs:
      - bot_token: "$token"
        chat_id: $chat${TELEGRAM_API_URL:+
        api_url: "$TELEGRAM_API_URL"}
        send_resolved: true
        parse_mode: ""
        message: |-
          {{ range .Alerts }}{{ if eq .Status "firing" }}🔥{{ else }}✅{{ end }} {{ .Labels.alertname }} ({{ .Labels.severity }})
          {{ $summary }}
          {{ $description }}
          {{ end }}
YAML
