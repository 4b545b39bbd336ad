package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/internal/config"
	"github.com/edibridge/edibridge/transports"
)

// configure writes the configuration of init, with a free port.
func configure(t *testing.T) (file string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "my")
	if err := config.Init(dir); err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(dir, "edibridge.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(text, []byte("127.0.0.1:2222"), []byte("127.0.0.1:0"), 1)
	if bytes.Equal(changed, text) {
		t.Fatal("the template has another address")
	}
	if err := os.WriteFile(file, changed, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// serve starts, says so in JSON on a pipe, and stops with status 0.
func TestServeStops(t *testing.T) {
	file := configure(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	r, w := io.Pipe()
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"serve", "-c", file}, strings.NewReader(""), io.Discard, w)
		w.Close()
	}()
	var messages []string
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		var line struct{ Time, Level, Msg string }
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil || line.Time == "" || line.Level == "" {
			t.Errorf("not a log line: %s", lines.Text())
		}
		messages = append(messages, line.Msg)
		if line.Msg == "serving" {
			stop()
		}
	}
	if got := <-ended; got != 0 {
		t.Errorf("exit status\n got %d\nwant 0: %q", got, messages)
	}
	if n := len(messages); n == 0 || messages[0] != "starting" || messages[n-1] != "stopped" {
		t.Errorf("messages\n got %q\nwant starting first, stopped last", messages)
	}
}

// house is a bridge that took in files and did all there was to do, and stands still.
func house(t *testing.T, files map[string]string) (file string) {
	t.Helper()
	file = configure(t)
	inhabit(t, file, files)
	return file
}

// inhabit makes a house of a configuration.
func inhabit(t *testing.T, file string, files map[string]string) {
	t.Helper()
	cfg, sys, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	r, err := assemble(t.Context(), cfg, sys, slog.New(slog.DiscardHandler), around{})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		d := &transports.Delivery{Endpoint: "sftp", Peer: "example", Name: name, Size: int64(len(text)), Body: strings.NewReader(text)}
		if _, err := r.bridge.Accept(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.bridge.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, s := range r.servers { // bound, and never run
		ctx, stop := context.WithCancel(t.Context())
		stop()
		if err := s.Run(ctx, r.bridge); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.close(); err != nil {
		t.Fatal(err)
	}
}

// sample is the order that init writes.
func sample(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(filepath.Dir(configure(t)), "samples", "order-4711.edi"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTrace(t *testing.T) {
	file := house(t, map[string]string{"po.edi": sample(t)})
	for _, key := range []string{"4711", "po:4711", "000000001"} {
		status, out, errs := play(t, "trace", key, "--json", "-c", file)
		if status != 0 {
			t.Fatalf("trace %s: status %d: %s", key, status, errs)
		}
		var tl bridge.Timeline
		if err := json.Unmarshal([]byte(out), &tl); err != nil {
			t.Fatal(err)
		}
		var what []string
		for _, e := range tl.Timeline {
			what = append(what, string(e.Direction)+" "+e.What)
		}
		got, want := strings.Join(what, ", "), "in received, in translated, out acknowledged, out available"
		if got != want && got != "in received, out acknowledged, in translated, out available" {
			t.Errorf("trace %s\n got %s\nwant %s", key, got, want)
		}
		if tl.Key != key || tl.Found == 0 || tl.Timeline[0].Archive.SHA256 == "" {
			t.Errorf("trace %s: key, found or digest is missing: %s", key, out)
		}
	}

	status, out, errs := play(t, "trace", "4711", "-c", file)
	if status != 0 {
		t.Fatalf("status %d: %s", status, errs)
	}
	for _, want := range []string{"4711", "steps, 1 open\n", "example sftp", "po.edi", "997", "example-mailbox"} {
		if !strings.Contains(out, want) {
			t.Errorf("timeline\n got %s\nwant %q in it", out, want)
		}
	}

	status, out, errs = play(t, "trace", "4712", "--json", "-c", file)
	if got, want := out, `{"key":"4712","found":0,"flow":[],"timeline":[]}`+"\n"; status != exitNo || got != want {
		t.Errorf("nothing found: status %d %s\n got %s\nwant %s", status, errs, got, want)
	}
}

func TestDead(t *testing.T) {
	file := house(t, map[string]string{"letter.txt": "Dear sirs,\n"})
	status, out, errs := play(t, "dead", "list", "--json", "-c", file)
	if status != 0 {
		t.Fatalf("status %d: %s", status, errs)
	}
	var one deadSeen
	if err := json.Unmarshal([]byte(out), &one); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got, want := one.Name+" "+string(one.State)+" "+one.Peer, "letter.txt quarantined example"; got != want {
		t.Errorf("dead list\n got %s\nwant %s", got, want)
	}
	status, out, errs = play(t, "dead", "show", string(one.Transmission), "--json", "-c", file)
	var detail deadDetail
	if err := json.Unmarshal([]byte(out), &detail); err != nil || status != 0 {
		t.Fatalf("status %d, %v: %s%s", status, err, out, errs)
	}
	if got, want := detail.Size, int64(len("Dear sirs,\n")); got != want {
		t.Errorf("size\n got %d\nwant %d", got, want)
	}
	status, out, _ = play(t, "dead", "show", strings.ToLower(string(one.Transmission)), "-c", file)
	if status != 0 || !strings.Contains(out, "letter.txt") || !strings.Contains(out, detail.SHA256) {
		t.Errorf("dead show: status %d\n%s", status, out)
	}
	if status, _, _ := play(t, "dead", "show", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "-c", file); status != exitNo {
		t.Errorf("dead show of nothing\n got %d\nwant %d", status, exitNo)
	}

	clean := house(t, map[string]string{"po.edi": sample(t)})
	status, out, _ = play(t, "dead", "list", "-c", clean)
	if got, want := out, "nothing waits for a person\n"; status != 0 || got != want {
		t.Errorf("dead list, status %d\n got %s\nwant %s", status, got, want)
	}
	status, out, _ = play(t, "check", "-c", clean)
	if status != 0 || !strings.Contains(out, "1 translated 1 available") {
		t.Errorf("check beside data: status %d\n%s", status, out)
	}
}
