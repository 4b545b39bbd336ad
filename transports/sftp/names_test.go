package sftp

import (
	"io"
	"os"
	"path"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestLocate(t *testing.T) {
	for p, want := range map[string]place{
		"/":                   {path: "/", folder: "/"},
		"":                    {path: "/", folder: "/"},
		".":                   {path: "/", folder: "/"},
		"/../..":              {path: "/", folder: "/"},
		"/in":                 {path: "/in", folder: "/in"},
		"/in/":                {path: "/in", folder: "/in"},
		"/out":                {path: "/out", folder: "/out"},
		"po.edi":              {path: "/po.edi", folder: "/", name: "po.edi"},
		"/in/po.edi":          {path: "/in/po.edi", folder: "/in", name: "po.edi"},
		"//in//po.edi":        {path: "/in/po.edi", folder: "/in", name: "po.edi"},
		"/in/../out/x":        {path: "/out/x", folder: "/out", name: "x"},
		"/in/..\\..\\etc":     {path: "/in/..\\..\\etc", folder: "/in", name: "..\\..\\etc"},
		"/in/\xff\x00":        {path: "/in/\xff\x00", folder: "/in", name: "\xff\x00"},
		"/inn":                {path: "/inn", folder: "/", name: "inn"},
		"../../../etc":        {path: "/etc", folder: "/", name: "etc"},
		"/in/...":             {path: "/in/...", folder: "/in", name: "..."},
		"/out/../../in/./a b": {path: "/in/a b", folder: "/in", name: "a b"},
	} {
		if got, ok := locate(p); !ok || got != want {
			t.Errorf("locate(%q)\ngot  %+v, %v\nwant %+v", p, got, ok, want)
		}
	}
	for _, p := range []string{"/in/sub/a", "/etc/passwd", "/out/a/b", "/in/in/x"} {
		if got, ok := locate(p); ok {
			t.Errorf("locate(%q)\ngot  %+v\nwant nothing", p, got)
		}
	}
}

func TestIsTemp(t *testing.T) {
	own := []string{"*.xfer", "up_*", "[broken"}
	for name, want := range map[string]bool{
		"po.edi": false, "po.edi.filepart": true, "PO.TMP": true, "po.1a2b3c4d.partial": true, "po.part": true,
		"po.temp": true, ".po.edi": true, "~po.edi": true, "po.xfer": true, "UP_1": true, "tmp": false,
		"po.tmp.edi": false, "po.part1": false, "[broken": false, "parts": false,
	} {
		if got := isTemp(name, own); got != want {
			t.Errorf("isTemp(%q)\ngot  %v\nwant %v", name, got, want)
		}
	}
}

// FuzzPaths: whatever a peer calls a file, it is in one of the three folders or
// nowhere, its name has no slash, and locating it again gives the same.
func FuzzPaths(f *testing.F) {
	for _, p := range []string{"/", "in", "/in/a.edi", "../../etc/passwd", "/out/../in//x", "/in/\xff\xfe", "a\x00b",
		"/in/..", strings.Repeat("../", 1000) + "x", "/in/C:\\x", "/./in/./.x", "~x"} {
		f.Add(p, "*.tmp")
	}
	f.Fuzz(func(t *testing.T, p, pattern string) {
		at, ok := locate(p)
		if !ok {
			return
		}
		if at.folder != "/" && at.folder != "/in" && at.folder != "/out" {
			t.Errorf("%q is in the folder %q", p, at.folder)
		}
		if strings.Contains(at.name, "/") || at.name == "." || at.name == ".." {
			t.Errorf("%q has the name %q", p, at.name)
		}
		if at.path != path.Join(at.folder, at.name) {
			t.Errorf("%q has the path %q, but folder %q and name %q", p, at.path, at.folder, at.name)
		}
		if again, ok := locate(at.path); !ok || again != at {
			t.Errorf("%q locates to %+v and then to %+v", p, at, again)
		}
		if checkName(at.name) == "" && len(at.name) > maxName {
			t.Errorf("a name of %d bytes is taken", len(at.name))
		}
		isTemp(at.name, []string{pattern})
	})
}

// TestExtents compares with a plain array of bytes.
func TestExtents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const size = 64
		var e extents
		var model [size]bool
		for range rapid.IntRange(0, 40).Draw(t, "adds") {
			from := rapid.IntRange(0, size).Draw(t, "from")
			to := rapid.IntRange(from, size).Draw(t, "to")
			wantOverlap := false
			for i := from; i < to; i++ {
				wantOverlap = wantOverlap || model[i]
				model[i] = true
			}
			overlap, err := e.add(int64(from), int64(to))
			if err != nil || overlap != wantOverlap {
				t.Fatalf("add(%d, %d)\ngot  overlap %v, %v\nwant %v", from, to, overlap, err, wantOverlap)
			}
		}
		var want []run
		for i := 0; i < size; i++ {
			if model[i] && (i == 0 || !model[i-1]) {
				want = append(want, run{from: int64(i)})
			}
			if model[i] {
				want[len(want)-1].to = int64(i + 1)
			}
		}
		if len(want) != len(e.runs) {
			t.Fatalf("runs\ngot  %v\nwant %v", e.runs, want)
		}
		for i := range want {
			if e.runs[i] != want[i] {
				t.Fatalf("runs\ngot  %v\nwant %v", e.runs, want)
			}
		}
		_, _, whole := e.span()
		if whole != (len(want) <= 1) {
			t.Fatalf("span of %v says whole %v", e.runs, whole)
		}
	})
}

func TestListingPages(t *testing.T) {
	var l listing
	for _, name := range strings.Fields("a b c d e") {
		l.entries = append(l.entries, entry{name: name})
	}
	var got []string
	page := make([]os.FileInfo, 2)
	for {
		n, err := l.ListAt(page, int64(len(got)))
		for _, e := range page[:n] {
			got = append(got, e.Name())
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if strings.Join(got, " ") != "a b c d e" {
		t.Errorf("pages are %q", got)
	}
}
