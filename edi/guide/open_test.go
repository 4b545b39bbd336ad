package guide

import (
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/edibridge/edibridge/edi"
)

func TestOpen(t *testing.T) {
	fsys := files("a/toy.dict", toyDict, "a/toy.guide", toyGuide, "b/un.dict", noteDict, "b/un.guide", noteGuide, "README", "guide of nothing")
	lib, err := Open(fsys)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(lib.Names(), ", "), "EDIFACT D:96A ORDERS, X12 004010 850"; got != want {
		t.Errorf("names\ngot  %s\nwant %s", got, want)
	}
	loaded, err := Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	guides := make([]*Guide, 8)
	for i := range guides {
		wg.Go(func() { guides[i], _ = lib.Find(edi.EDIFACT, "D:96A:UN", "ORDERS") })
	}
	wg.Wait()
	for _, g := range guides {
		if g == nil || g != guides[0] {
			t.Fatalf("the guide is made more than once: %v", guides)
		}
	}
	for _, name := range lib.Names() {
		if got, want := lib.Named(name).Digest(), loaded.Named(name).Digest(); got != want {
			t.Errorf("%s: digest\ngot  %s\nwant %s, that of Load", name, got, want)
		}
	}
	if lib.Named("acme") != nil {
		t.Error("a name that the library does not have")
	}
	more, err := lib.Extend(files("acme.guide", "guide acme extends X12 004010 850\nN1:ST required\n"))
	if err != nil {
		t.Fatal(err)
	}
	if g := more.Named("acme"); g == nil || more.Named("X12 004010 850") != lib.Named("X12 004010 850") || lib.Named("acme") != nil {
		t.Errorf("Extend: got %v", g)
	}
}

// What is wrong behind the heads is found when it is come upon, and what is not
// asked for is not read.
func TestOpenIsLazy(t *testing.T) {
	for _, tt := range []struct {
		name         string
		fsys         fstest.MapFS
		wrong, sound string // guides
		want         string // of the panic
	}{
		{"guide", files("toy.dict", toyDict, "a.guide", toyGuide, "b.guide", strings.Replace(toyGuide, "850", "860", 1)+"nonsense\n"), "X12 004010 860", "X12 004010 850", "b.guide:9:1"},
		{"dictionary", files("toy.dict", toyDict, "a.guide", toyGuide, "b.guide", noteGuide, "b.dict", noteDict+"nonsense\n"), "EDIFACT D:96A ORDERS", "X12 004010 850", "b.dict:87:1"},
		{"no dictionary", files("toy.dict", toyDict, "a.guide", toyGuide, "b.guide", noteGuide), "EDIFACT D:96A ORDERS", "X12 004010 850", "no dictionary"},
		{"names nothing", files("toy.dict", toyDict, "a.guide", toyGuide, "b.guide", strings.Replace(toyGuide, "850", "860", 1)+"  ZZZ O 1\n"), "X12 004010 860", "X12 004010 850", "ZZZ"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lib, err := Open(tt.fsys)
			if err != nil {
				t.Fatal(err)
			}
			if lib.Named(tt.sound) == nil {
				t.Errorf("no guide %s", tt.sound)
			}
			defer func() {
				if got, _ := recover().(string); !strings.Contains(got, tt.want) {
					t.Errorf("panic: got %q, want %q", got, tt.want)
				}
			}()
			lib.Named(tt.wrong)
		})
	}
}

func TestOpenErrors(t *testing.T) {
	for name, tt := range map[string]struct{ file, text, want string }{
		"empty":      {"a.guide", "# nothing\n", "a.guide:1: no head"},
		"far":        {"a.dict", strings.Repeat("# far\n", 1000) + toyDict, "a.dict:1: no head"},
		"dictionary": {"a.dict", "segment X\n", `a.dict:1:1: found "segment", expected dictionary`},
		"release":    {"a.dict", "dictionary X12 4010\n", "a.dict:1:16: "},
		"guide":      {"a.guide", "850\n", `a.guide:1:1: found "850", expected guide`},
		"overlay":    {"a.guide", "guide acme extends X12 004010 850\n", "a.guide:1: guide acme: only standards' guides"},
		"twice":      {"z.guide", toyGuide, "z.guide:1: guide X12 004010 850 stands before, at toy.guide:1"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Open(files("toy.guide", toyGuide, tt.file, tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestJoin(t *testing.T) {
	one, err := Load(files("toy.dict", toyDict, "toy.guide", toyGuide))
	if err != nil {
		t.Fatal(err)
	}
	two, err := Load(files("toy.dict", toyDict, "toy.guide", strings.Replace(toyGuide, "Toy Order", "Other", 1), "un.dict", noteDict, "un.guide", noteGuide))
	if err != nil {
		t.Fatal(err)
	}
	both := Join(one, two)
	if got, want := both.Named("X12 004010 850").Title(), "Toy Order"; got != want {
		t.Errorf("a name that both have: got %s, want that of the first, %s", got, want)
	}
	if g, exact := both.Find(edi.EDIFACT, "D:96A:UN", "ORDERS"); g == nil || !exact {
		t.Errorf("a guide of the second: got %v", g)
	}
	if len(one.Names()) != 1 || len(Join().Names()) != 0 {
		t.Error("Join changes what it joins")
	}
}

func TestReleaseOrder(t *testing.T) {
	order := []string{"1:912", "D:3", "D:93A", "D:96A", "D:96B", "4:1", "D:00A", "D:01B", "D:16B"}
	for i := 1; i < len(order); i++ {
		if a, b := releaseMonth("EDIFACT", order[i-1]), releaseMonth("EDIFACT", order[i]); a >= b {
			t.Errorf("%s is %d, %s is %d: want them ascending", order[i-1], a, order[i], b)
		}
	}
	for _, none := range []string{"", ":", "D:", "D:X", "D", "UTILMD:5.1f"} {
		if n := releaseMonth("EDIFACT", none); n != 0 {
			t.Errorf("%q: got %d, want 0", none, n)
		}
	}
}
