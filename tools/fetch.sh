#!/usr/bin/env bash
# Run a command that fetches packages. Without a network that is said in one line; any other
# fault in the command's own words. Usage: tools/fetch.sh WHAT COMMAND...
set -uo pipefail
what=$1
shift
said=$("$@" 2>&1) && exit 0
lost='from versions: none|connection (refused|error|reset)|failed to (establish|fetch)|dns error'
lost+='|temporary failure in name|network is unreachable|timed? ?out|error sending request'
lost+='|ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|proxyerror'
if grep -qiE "$lost" <<<"$said"; then
  echo "$what could not be fetched: the package index does not answer. Connect to a network and try again."
else
  printf '%s\n' "$said"
  echo "$what could not be installed; the reason stands above."
fi
exit 1
