package config

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/edi"
)

var update = flag.Bool("update", false, "write what tests got as what they want")

// secretForTests is in the environment of every test as CONFIG_TEST_SECRET.
const secretForTests = "whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY="

// unpack writes the files of an archive into a folder of its own.
func unpack(t *testing.T, file string) (*txtar.Archive, string) {
	t.Helper()
	t.Setenv("CONFIG_TEST_SECRET", secretForTests)
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := txtar.Write(a, dir); err != nil {
		t.Fatal(err)
	}
	return a, dir
}

func TestLoad(t *testing.T) {
	_, dir := unpack(t, "testdata/good.txtar")
	cfg, sys, err := Load(filepath.Join(dir, "edibridge.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	id := func(level, qualifier, id string) bridge.Identifier {
		return bridge.Identifier{Standard: edi.X12, Level: level, Qualifier: qualifier, ID: id}
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	orders := bridge.Agreement{
		Name: "orders", Partner: "acme", Standard: edi.X12, Set: "850", Release: "004010", Mode: edi.Production,
		Waive: map[string]edi.Severity{}, OnDead: bridge.Hold, Lanes: bridge.LanePolicy{Lane: bridge.Normal},
		Duplicates: bridge.Duplicates{Control: "reject", Document: "quarantine"},
	}
	forOne := bridge.Agreement{
		Name: "orders-for-one", Partner: "acme", Standard: edi.X12, Set: "850", Release: "004010", Mode: edi.Production,
		Receivers: []bridge.Identifier{id("ISA", "01", "123456789")}, Guide: "X12 004010 850", WithErrors: true,
		Waive:       map[string]edi.Severity{"x12.element.code": "", "x12.element.long": edi.Warning},
		Acknowledge: &bridge.Acknowledge{With: "none", To: "acme-mailbox", Detail: "full", When: "always", TA1: "never", CONTRL: "always", Within: 4 * time.Hour}, Events: []string{"erp"},
		Duplicates: bridge.Duplicates{Control: "accept", Document: "accept"}, OnDead: bridge.Pass, MaxFindings: 7, Retention: "books",
		Traffic: &bridge.Traffic{By: 18*60 + 30, Zone: berlin, Days: [7]bool{true, true, false, true, false, true, true}},
		Lanes: bridge.LanePolicy{Lane: bridge.Bulk, Rules: []bridge.LaneRule{{Scheme: "po", Pattern: "RUSH*", Lane: bridge.Urgent}, {Pattern: "X", Lane: bridge.Normal}},
			Aging: bridge.Aging{After: 2 * time.Hour, Lane: bridge.Urgent}},
	}
	toThem := bridge.Dispatch{
		Name: "to-them", Partner: "acme", Standard: edi.X12, Set: "850", Release: "004010", Mode: edi.Test,
		Sender: edi.Party{Qualifier: "ZZ", ID: "US"}, Receiver: edi.Party{Qualifier: "ZZ", ID: "ACMERETAIL"},
		GroupSender: "US", GroupReceiver: "ACME", To: "acme-mailbox", Waive: map[string]edi.Severity{},
		Syntax: "UNOC:3", OnDead: bridge.Hold, Lanes: bridge.LanePolicy{Lane: bridge.Normal}, Retention: "test",
	}
	toThemToo := bridge.Dispatch{
		Name: "to-them-too", Partner: "acme", Standard: edi.X12, Set: "850", Release: "005010", Mode: edi.Production,
		Sender: edi.Party{Qualifier: "01", ID: "123456789"}, Receiver: edi.Party{Qualifier: "ZZ", ID: "ACMERETAIL"},
		GroupSender: "BUYING", GroupReceiver: "SELLING", To: "acme-mailbox",
		Waive: map[string]edi.Severity{"x12.element.code": edi.Warning}, Syntax: "UNOC:3",
		Delimiters: edi.Delimiters{Element: '|', Component: ':', Segment: '\'', Repetition: '^', Decimal: '.'},
		LineBreak:  "\r\n", AckRequested: true, OnDead: bridge.Pass, Lanes: bridge.LanePolicy{Lane: bridge.Normal},
		Expect: bridge.Expect{Acknowledgment: "999", Within: 24 * time.Hour, Application: "824", ApplicationWithin: 48 * time.Hour}, Events: []string{"erp"},
	}
	divided := bridge.Identifier{Standard: edi.EDIFACT, Level: "UNB", Qualifier: "14", ID: "4012345000009", Sub: "WEST"}
	whole := divided
	whole.Sub = ""
	westOrders := orders
	westOrders.Partner, westOrders.Senders = "acme-west", []bridge.Identifier{id("ISA", "ZZ", "ACMEWEST")}
	west := &bridge.Partner{ID: "acme-west", Name: "acme-west", Lane: bridge.Normal,
		Identifiers: []bridge.Identifier{id("ISA", "ZZ", "ACMEWEST"), divided, whole},
		Access:      []bridge.Access{{Endpoint: "sftp", Peer: "acme-edi"}},
		Agreements:  []*bridge.Agreement{&westOrders},
		Routes: []*bridge.Route{{Name: "drawings", Partner: "acme-west", Pattern: "*.pdf", Mode: edi.Production, To: "acme-mailbox",
			EDI: true, FileName: "{partner}-{name}", Repeated: "accept", OnDead: bridge.Hold}},
	}
	want := &bridge.Configuration{
		Digest: cfg.Digest, Guides: cfg.Guides, Mappings: cfg.Mappings,
		Retention: map[string]bridge.Retention{"": {History: 3660 * 24 * time.Hour, Outbox: 90 * 24 * time.Hour},
			"test": {History: 36 * time.Hour, Outbox: 36 * time.Hour}, "books": {}},
		Self: []bridge.Identifier{id("ISA", "ZZ", "US"), id("GS", "", "US"), id("ISA", "01", "123456789")},
		Partners: []*bridge.Partner{west, {
			ID: "acme", Name: "ACME Retail", Lane: bridge.Urgent, Aging: bridge.Aging{After: 4 * time.Hour, Lane: bridge.Urgent},
			Traffic:     &bridge.Traffic{Every: 48 * time.Hour},
			Identifiers: []bridge.Identifier{id("ISA", "ZZ", "ACMERETAIL"), id("GS", "", "ACME")},
			Access:      []bridge.Access{{Endpoint: "sftp", Peer: "acme-edi"}},
			Agreements:  []*bridge.Agreement{&forOne, &orders}, // the one with receivers is asked first
			Dispatches:  []*bridge.Dispatch{&toThem, &toThemToo},
			Acknowledge: &bridge.Acknowledge{With: "997", To: "acme-mailbox", Detail: "sets", When: "errors", TA1: "always", CONTRL: "requested"},
		}},
		Endpoints: map[string]bridge.Endpoint{
			"sftp":         {Name: "sftp", Kind: bridge.EndpointSFTPServer},
			"acme-mailbox": {Name: "acme-mailbox", Kind: bridge.EndpointMailbox, Server: "sftp", Peer: "acme-edi"},
			"erp": {Name: "erp", Kind: bridge.EndpointWebhook, Mode: edi.Production,
				Connections: 3, Rate: 5,
				Retry:   bridge.RetryPolicy{Base: time.Second, Max: time.Minute, Attempts: 5, Deadline: 72 * time.Hour},
				Breaker: bridge.Breaker{After: 7, Probe: 2 * time.Second, MaxProbe: time.Minute}},
		},
		Limits: bridge.Limits{File: 100_000_000, Segment: 64 << 10, Message: 1 << 20, Findings: 20},
		Alarms: []string{"erp"}, Pressure: bridge.Pressure{MinFree: 2 << 30, Backlog: 5000},
	}
	same := func(a, b any) bool { return a == b } // libraries by identity
	opt := cmp.FilterPath(func(p cmp.Path) bool {
		return p.String() == "Guides" || p.String() == "Mappings"
	}, cmp.Comparer(same))
	zones := cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })
	if diff := cmp.Diff(want, cfg, opt, zones); diff != "" {
		t.Errorf("configuration (-want +got)\n%s", diff)
	}
	checkSystem(t, dir, sys)
}

func checkSystem(t *testing.T, dir string, sys *System) {
	t.Helper()
	if len(sys.SFTP) != 1 || len(sys.Webhooks) != 1 {
		t.Fatalf("got %d SFTP listeners and %d webhooks, want one each", len(sys.SFTP), len(sys.Webhooks))
	}
	l := sys.SFTP[0]
	u := l.Users["acme-edi"]
	got := fmt.Sprintf("%s %s %s %d %d %d %d %v %v %v\n%s %s %d keys %q %d\n%s\n%v\n%s %v",
		l.Endpoint, l.Addr, l.HostKeys, l.MaxFile, l.MaxSessions, l.MaxSessionsPerUser, l.MaxHandles, l.IdleTimeout, l.LoginTimeout, l.AcceptTimeout,
		u.Name, u.Partner, len(u.Keys), u.Temp, u.MaxFile,
		u.PasswordHash, sys.Webhooks[0], sys.Log.Format, sys.Log.Level)
	want := fmt.Sprintf("sftp :2022 %s 67108864 7 2 3 1m30s 5s 4s\nacme-edi acme 3 keys [\"*.xfer\"] 10485760\n"+
		"$2a$04$9XnZ0Jv1mYVxqUuJvYQmHu0mC8V7OqFqz2q5y7y8m4gR1rQe8WmK6\n"+
		"{erp http://127.0.0.1:9000/events [%s whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=] 3s true}\njson DEBUG",
		filepath.Join(dir, "host"), secretForTests)
	if got != want {
		t.Errorf("system\n got %s\nwant %s", got, want)
	}
	if got, want := sys.Postgres, "postgres://bridge:secret@db.example.com/edi?sslmode=verify-full"; got != want {
		t.Errorf("database\n got %s\nwant %s", got, want)
	}
	if got, want := sys.Store(), filepath.Join(dir, "state", "edibridge.db"); got != want {
		t.Errorf("store\n got %s\nwant %s", got, want)
	}
}

// What is left away has the default that the manual gives.
func TestDefaults(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "edibridge.yaml", "self: [X12 ZZ/US]\nlisteners: { sftp: {} }\n")
	cfg, sys, err := Load(filepath.Join(dir, "edibridge.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := cfg.Limits, (bridge.Limits{File: 1 << 30, Segment: 1 << 20, Message: 32 << 20, Findings: 100}); got != want {
		t.Errorf("limits\n got %+v\nwant %+v", got, want)
	}
	l := sys.SFTP[0]
	if got, want := fmt.Sprintf("%s %d %v %v", l.Addr, l.MaxFile, l.IdleTimeout, sys.Log), "127.0.0.1:2222 1073741824 15m0s {INFO auto}"; got != want {
		t.Errorf("listener and log\n got %s\nwant %s", got, want)
	}
	if got, want := sys.Data, filepath.Join(dir, "data"); got != want {
		t.Errorf("data folder\n got %s\nwant %s", got, want)
	}
	if got, want := sys.Archive(), filepath.Join(dir, "data", "archive"); got != want {
		t.Errorf("archive\n got %s\nwant %s", got, want)
	}
	write(t, dir, "edibridge.yaml", "self: [X12 ZZ/US]\narchive: ../bodies\n")
	if _, sys, err = Load(filepath.Join(dir, "edibridge.yaml")); err != nil {
		t.Fatal(err)
	}
	if got, want := sys.Archive(), filepath.Join(filepath.Dir(dir), "bodies"); got != want {
		t.Errorf("archive that is named\n got %s\nwant %s", got, want)
	}
}

// The digest names the configuration: the same for a copy elsewhere, another
// for any change of what is read, whatever the secrets are.
func TestDigest(t *testing.T) {
	load := func(dir string) string {
		t.Helper()
		cfg, _, err := Load(filepath.Join(dir, "edibridge.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		return cfg.Digest
	}
	_, one := unpack(t, "testdata/good.txtar")
	_, two := unpack(t, "testdata/good.txtar")
	first := load(one)
	if got := load(two); got != first {
		t.Errorf("digest of a copy\n got %s\nwant %s", got, first)
	}
	write(t, two, "secrets/old", "whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=")
	if got := load(two); got != first {
		t.Errorf("digest with another secret\n got %s\nwant %s", got, first)
	}
	for _, name := range []string{"edibridge.yaml", "partners/acme.yaml", "partners/keys/acme.pub"} {
		_, dir := unpack(t, "testdata/good.txtar")
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, name, string(text)+"# a remark\n")
		if got := load(dir); got == first {
			t.Errorf("digest after a change of %s\n got the same\nwant another", name)
		}
	}
}

// A partner's folder has the same as his file, and guides and mappings beside it.
func TestPartnerFolder(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("edibridge.yaml", "self: [X12 ZZ/US]\nlisteners:\n  sftp: { addr: \":2222\" }\n")
	write("partners/acme/partner.yaml", "partner: acme\nidentifiers: [X12 ZZ/ACME]\naccess:\n  sftp: { user: acme, passwordHash: $2a$04$9XnZ0Jv1mYVxqUuJvYQmHu0mC8V7OqFqz2q5y7y8m4gR1rQe8WmK6 }\n"+
		"agreements:\n  orders: { receive: X12 850 004010 production, guide: acme-850, mapping: acme }\n")
	write("partners/acme/guides/acme.guide", "guide acme-850 extends X12 004010 850 \"ACME\"\nBEG02 codes SA\n")
	write("partners/acme/mappings/acme.map", "mapping acme extends order <-> X12 850\nREF:DP/REF02 ext.department when orderType.startsWith(\"S\")\n")
	write("partners/acme/cases/one/in.edi", "not read here")
	write("partners/notes/README", "no partner")
	cfg, _, err := Load(filepath.Join(dir, "edibridge.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if len(cfg.Partners) != 1 || cfg.Partners[0].ID != "acme" || cfg.Guides.Named("acme-850") == nil || cfg.Mappings.Named("acme") == nil {
		t.Errorf("partners %v, guide %v, mapping %v", cfg.Partners, cfg.Guides.Named("acme-850"), cfg.Mappings.Named("acme"))
	}
	write("partners/acme/partner.yaml", "partner: other\nidentifiers: [X12 ZZ/ACME]\n")
	_, _, err = Load(filepath.Join(dir, "edibridge.yaml"))
	if want := `partner "other" in the file of "acme"`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

// Every mistake is told, all at once, each with file, line and column. The
// archives hold what is wrong and, in want.txt, what is said.
func TestMistakes(t *testing.T) {
	files, err := filepath.Glob("testdata/mistakes/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, dir := unpack(t, file)
			_, _, err := Load(filepath.Join(dir, "edibridge.yaml"))
			if err == nil {
				t.Fatal("got a configuration\nwant problems")
			}
			got := strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), "") + "\n"
			var want string
			for i, f := range a.Files {
				if f.Name != "want.txt" {
					continue
				}
				want = string(f.Data)
				a.Files = append(a.Files[:i], a.Files[i+1:]...)
				break
			}
			if *update {
				a.Files = append(a.Files, txtar.File{Name: "want.txt", Data: []byte(got)})
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("problems (-want +got)\n%s", diff)
			}
		})
	}
}

// The configuration that init writes runs as it is.
func TestInit(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	if err := Init(dir); err != nil {
		t.Fatal(err)
	}
	cfg, sys, err := Load(filepath.Join(dir, "edibridge.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(cfg.Partners), 1; got != want {
		t.Errorf("partners\n got %d\nwant %d", got, want)
	}
	if got, want := len(sys.SFTP[0].Users["example"].Keys), 1; got != want {
		t.Errorf("keys of the example user\n got %d\nwant %d", got, want)
	}
	info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(exampleKey)))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := info.Mode().Perm(), os.FileMode(0o600); got != want {
		t.Errorf("mode of the private key\n got %v\nwant %v", got, want)
	}
	if err := Init(dir); err == nil {
		t.Error("init of a folder that is not empty\n got no error\nwant one")
	}
}

// Whatever stands in the files, loading them ends with a configuration or with
// problems that point into them.
func FuzzLoad(f *testing.F) {
	f.Setenv("CONFIG_TEST_SECRET", secretForTests)
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, "testdata/good.txtar") {
		a, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, one := range a.Files {
			f.Add(one.Data, one.Data)
		}
	}
	f.Fuzz(func(t *testing.T, main, partner []byte) {
		dir := t.TempDir()
		write(t, dir, "edibridge.yaml", string(main))
		write(t, dir, "partners/p.yaml", string(partner))
		cfg, sys, err := Load(filepath.Join(dir, "edibridge.yaml"))
		problems, ok := err.(Problems)
		switch {
		case err == nil && (cfg == nil || sys == nil || cfg.Digest == ""):
			t.Fatal("neither configuration nor problems")
		case err != nil && !ok:
			t.Fatalf("got %T\nwant Problems", err)
		}
		for _, p := range problems {
			lines := 2 // YAML ends lines by CR, too
			for _, c := range append(slices.Clone(main), partner...) {
				if c == '\n' || c == '\r' {
					lines++
				}
			}
			if p.Message == "" || !strings.HasPrefix(p.File, dir) || p.Line < 0 || p.Line > lines || p.Column < 0 {
				t.Errorf("a problem that points nowhere: %+v", p)
			}
		}
	})
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
