#!/usr/bin/env bash
# Puts deploy/github-action/storebot.sh into the template, which cannot include it: GitLab includes YAML alone.
set -euo pipefail
cd "$(dirname "$0")"
template=storebot.gitlab-ci.yml
{
  sed '/^  script:$/,$d' "$template"
  printf '  script:\n    - |\n'
  sed 's/^\(.\)/      \1/' ../github-action/storebot.sh
  printf '\n'
  sed -n '/^\.storebot:create:$/,$p' "$template"
} >"$template.new"
mv "$template.new" "$template"
