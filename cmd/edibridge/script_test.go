package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write the output that scripts compare as what they want")

// TestMain lets scripts call this program by its name, and makes this process
// the bridge that the kill test kills.
func TestMain(m *testing.M) {
	if options := os.Getenv(killEnv); options != "" {
		if err := killChild(options); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	testscript.Main(m, map[string]func(){"edibridge": main})
}

// Each script plays some commands as a person would, and holds output and exit
// status against the contract.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"status": exitStatus,
		},
	})
}

// exitStatus is the script command "status N COMMAND ARG...": the command has to
// end with that status.
func exitStatus(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	if err != nil {
		ts.Fatalf("status %q is no number", args[0])
	}
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var failed *exec.ExitError
	switch {
	case errors.As(err, &failed):
		got = failed.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit status\n got %d\nwant %d", got, want)
	}
}
