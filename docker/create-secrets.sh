#!/bin/sh
# Makes the Docker secrets that docker-stack.yml names, on a manager of the swarm:
#
#   docker/create-secrets.sh      the first ones
#   docker/create-secrets.sh 2    new ones for what the services use; then: SECRETS_VERSION=2 docker stack deploy ...
#
# No password is shown or left in a file. REGISTRY and TAG name the set-up image, as for the stack.
set -eu

version=${1:-1}
image=${REGISTRY:-}retail-etl/setup:${TAG:-0.1.0}
fail() { printf 'create-secrets: %s\n' "$*" >&2; exit 1; }

case $version in '' | *[!0-9]* | 0*) fail "\"$version\" is no version: use a whole number from 1 on" ;; esac
[ "$(docker info --format '{{.Swarm.ControlAvailable}}' 2>/dev/null)" = true ] ||
  fail 'this is no manager of a swarm: run docker swarm init first, or run this on a manager'
docker image inspect "$image" >/dev/null 2>&1 || docker pull "$image" >/dev/null ||
  fail "there is no image $image: build the images first (docker compose -f docker/docker-compose.yml build)"

# The last one made, so if it is there, all are.
if docker secret inspect "retail-etl_api_token_v$version" >/dev/null 2>&1; then
  echo "the secrets of version $version are there already"
  exit 0
fi

before=
if [ "$version" -gt 1 ]; then
  before=$(docker config inspect --format '{{json .Spec.Data}}' "retail-etl_redis_acl_v$((version - 1))" 2>/dev/null | tr -d '"' | base64 -d) ||
    fail "there are no secrets of version $((version - 1)): versions follow each other"
fi

secrets=$(docker run --rm --network none --read-only --cap-drop ALL --user node --env "REDIS_ACL_BEFORE=$before" "$image" print-secrets "$version") ||
  fail 'no secrets could be made: see above'

while read -r name value; do
  kind=secret
  # Hashes alone, and the next version has to read it.
  [ "$name" = redis_acl ] && kind=config
  full=retail-etl_${name}_v$version
  # Left by a try that was cut short. Docker refuses to remove what is in use.
  docker "$kind" inspect "$full" >/dev/null 2>&1 && docker "$kind" rm "$full" >/dev/null
  printf %s "$value" | base64 -d | docker "$kind" create --label retail-etl.version="$version" "$full" - >/dev/null
  echo "made $kind $full"
done <<EOF
$secrets
EOF
