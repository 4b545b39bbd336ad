#!/usr/bin/env bash
# Runs every check of this project. On a fresh Debian machine with Go it first
# installs the packages that the tests need (root, or a user who may sudo).
#
#   ./test.sh        what has to pass before anything is committed
#   ./test.sh long   all kills, long fuzzing: before a part is called done
#
# It prints one line a stage at the end and exits 1 when any stage failed.
set -uo pipefail
cd "$(dirname "$0")" || exit 1

fuzz_time=10s
engine_time=10s
test_timeout=30m
case "${1:-}" in
"") ;;
long)
	export EDIBRIDGE_LONG=1
	fuzz_time=120s
	engine_time=600s
	test_timeout=180m
	;;
*)
	echo "usage: $0 [long]" >&2
	exit 2
	;;
esac

export EDIBRIDGE_TEST_REQUIRE=all
if [ -z "${EDIBRIDGE_CORPUS:-}" ] && [ -d ../shared/corpus ]; then
	EDIBRIDGE_CORPUS=$(cd ../shared/corpus && pwd)
	export EDIBRIDGE_CORPUS
fi
# A clone that belongs to another user must build too: no version control stamp.
export GOFLAGS="${GOFLAGS:-} -buildvcs=false"
export CGO_ENABLED=1 # the race detector needs it; nothing of ours uses cgo
PATH=$PATH:/usr/sbin # sshd

summary=()
failed=0

# stage NAME COMMAND... runs one check and keeps its outcome for the summary.
stage() {
	local name=$1 begin=$SECONDS status=ok
	shift
	echo "== $name"
	"$@" || {
		status=FAILED
		failed=1
	}
	summary+=("$(printf '%-12s %-6s %5d s' "$name" "$status" $((SECONDS - begin)))")
	echo "== $name: $status"
}

# packages installs the Debian packages whose programs are missing.
packages() {
	local missing=()
	command -v sftp >/dev/null || missing+=(openssh-client)
	command -v sshd >/dev/null || missing+=(openssh-server)
	command -v lftp >/dev/null || missing+=(lftp)
	command -v curl >/dev/null || missing+=(curl)
	/usr/bin/python3 -c 'import paramiko' 2>/dev/null || missing+=(python3-paramiko)
	compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
	command -v cc >/dev/null || missing+=(gcc libc6-dev)
	if [ -n "${EDIBRIDGE_LONG:-}" ]; then
		command -v mvn >/dev/null || missing+=(maven)
	fi
	[ ${#missing[@]} -eq 0 ] && return 0
	echo "installing ${missing[*]}"
	local root=()
	[ "$(id -u)" -eq 0 ] || root=(sudo)
	"${root[@]}" apt-get update -qq &&
		"${root[@]}" env DEBIAN_FRONTEND=noninteractive \
			apt-get install -y -qq --no-install-recommends "${missing[@]}"
}

format() {
	local files
	files=$(gofmt -l .) || return 1
	[ -z "$files" ] && return 0
	echo "not formatted by gofmt:"
	echo "$files"
	return 1
}

# engine are the fuzz targets that a long run gives the most time: what reads and
# writes bytes of partners.
engine=" FuzzReader FuzzWriter FuzzWalker FuzzWalkerRoundTrip FuzzParseGuide FuzzValidate FuzzEDIFACT FuzzReadGroupAck FuzzReadTA1 FuzzReadControl FuzzEngine "

# fuzz_one PACKAGE TARGET TIME fuzzes one target with one worker and prints its log
# when it is done. The fuzzer of Go may call it a failure that the time ended while
# its worker was answering ("context deadline exceeded", and no failing input): that
# run says nothing and is made again.
fuzz_one() {
	local log status try
	log=$(mktemp) || return 1
	for try in 1 2 3; do
		status=0
		go test -run '^$' -fuzz "^$2\$" -fuzztime "$3" -fuzzminimizetime 10x -parallel 1 "$1" >"$log" 2>&1 || status=1
		[ $status -eq 0 ] && break
		grep -q '^    context deadline exceeded$' "$log" || break
		grep -qE 'Failing input|panic:|fuzzing process' "$log" && break
		echo "-- $1 $2: ended while a worker was answering; once more"
	done
	printf -- '-- %s %s\n%s\n' "$1" "$2" "$(cat "$log")"
	rm -f "$log"
	return $status
}
export -f fuzz_one

# fuzz runs every fuzz target of every package for a short while, two at a time.
fuzz() {
	local list targets=() jobs=() line time
	list=$(go test -list '^Fuzz' ./...) || {
		echo "$list"
		return 1
	}
	while read -r line; do
		case $line in
		Fuzz*) targets+=("${line%% *}") ;;
		ok*)
			set -- $line
			for t in "${targets[@]}"; do
				time=$fuzz_time
				[[ $engine == *" $t "* ]] && time=$engine_time
				jobs+=("$2" "$t" "$time")
			done
			targets=()
			;;
		esac
	done <<<"$list"
	printf '%s\n' "${jobs[@]}" | xargs -P 2 -n 3 bash -c 'fuzz_one "$@"' fuzz_one
}

stage packages packages
stage gofmt format
stage vet go vet ./...
stage staticcheck go tool staticcheck ./...
stage build go build ./...
stage test go test -race -timeout "$test_timeout" -p 2 ./...
stage fuzz fuzz
[ -n "${EDIBRIDGE_LONG:-}" ] && stage peers peers/staedi/run
stage demo go run ./cmd/edibridge demo --once

echo
printf '%s\n' "${summary[@]}"
if [ "$failed" -ne 0 ]; then
	echo "test.sh: FAILED"
	exit 1
fi
echo "test.sh: all passed"
