package archive_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/edibridge/edibridge/archive"
)

// fullLeaf has every line that a leaf can have.
func fullLeaf() archive.Leaf {
	return archive.Leaf{
		Kind:    archive.LeafDecision,
		ID:      "01JDB3M3T0000000000000000R",
		Time:    time.Date(2026, time.November, 23, 7, 3, 12, 123456789, time.UTC),
		Object:  archive.Sum([]byte("stored")),
		Length:  6,
		Commit:  archive.Commit(archive.Salt{1}, archive.Sum([]byte("received"))),
		Size:    8,
		Meta:    archive.Commit(archive.Salt{2}, archive.Sum([]byte("{}"))),
		Subject: archive.Subject([]byte("key"), "acme"),
		Parents: []string{"01JDB3M3T0000000000000000A", "01JDB3M3T00000000000000009"},
		Retain:  archive.Retain{Class: "booking", Until: time.Date(2034, time.December, 31, 0, 0, 0, 0, time.UTC)},
	}
}

// fullText is the text of fullLeaf; its hashes were computed with sha256sum and
// openssl.
const fullText = `edibridge/leaf/v1
kind decision
id 01JDB3M3T0000000000000000R
time 2026-11-23T07:03:12.123456789Z
object OBJECT 6
commit COMMIT 8
meta META
subject SUBJECT
parents 01JDB3M3T0000000000000000A,01JDB3M3T00000000000000009
retain booking 2034-12-31
`

func TestLeafText(t *testing.T) {
	full := fullLeaf()
	small := archive.Leaf{Kind: archive.LeafRawIn, ID: full.ID, Time: time.Date(2026, 11, 23, 8, 3, 12, 0, time.FixedZone("", 3600))}
	empty := small
	empty.Object, empty.Commit = archive.Sum(nil), full.Commit // of no bytes
	tests := []struct {
		name string
		leaf archive.Leaf
		want string
	}{
		{"every line", full, fullText},
		{"no more than needed", small, "edibridge/leaf/v1\nkind raw-in\nid 01JDB3M3T0000000000000000R\ntime 2026-11-23T07:03:12.000000000Z\n"},
		{"empty body", empty, "edibridge/leaf/v1\nkind raw-in\nid 01JDB3M3T0000000000000000R\ntime 2026-11-23T07:03:12.000000000Z\n" +
			"object e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0\ncommit COMMIT 0\n"},
	}
	for _, test := range tests {
		got, err := test.leaf.AppendText([]byte("before "))
		want := "before " + vectors().Replace(test.want)
		if err != nil || string(got) != want {
			t.Errorf("%s: got %v\n%s\nwant\n%s", test.name, err, got, want)
		}
		again, err := archive.ParseLeaf(got[len("before "):])
		test.leaf.Time = test.leaf.Time.UTC()
		if diff := cmp.Diff(test.leaf, again); err != nil || diff != "" {
			t.Errorf("%s: parsed: %v\n(-want +got)\n%s", test.name, err, diff)
		}
	}
}

// vectors fills the hashes in.
func vectors() *strings.Replacer {
	return strings.NewReplacer(
		"OBJECT", "87b04e58961f9a99d853d4046a0b5b793e7c3e4bbd21f5aca8fb17c20cdb1d8b",
		"COMMIT", "f9e416050956846d048af094c9e8b11d333158e53da02f87954f5fc103436fa1",
		"META", "69ec1d1aa8669b7c5144b7b941ccd704f66dd0bcadd904f0c016a807ea968591",
		"SUBJECT", "2a0c2d9f96b5b1a7675b436bb43ee0c0",
	)
}

func TestLeafWithoutText(t *testing.T) {
	tests := []struct {
		key    string
		change func(l *archive.Leaf)
	}{
		{"kind", func(l *archive.Leaf) { l.Kind = "" }},
		{"kind", func(l *archive.Leaf) { l.Kind = "raw" }},
		{"id", func(l *archive.Leaf) { l.ID = "" }},
		{"id", func(l *archive.Leaf) { l.ID = strings.ToLower(l.ID) }},
		{"id", func(l *archive.Leaf) { l.ID = "8" + l.ID[1:] }},
		{"id", func(l *archive.Leaf) { l.ID = l.ID[:25] + "U" }},
		{"id", func(l *archive.Leaf) { l.ID = l.ID[:25] + "\n" }},
		{"id", func(l *archive.Leaf) { l.ID += "0" }},
		{"time", func(l *archive.Leaf) { l.Time = time.Time{} }},
		{"time", func(l *archive.Leaf) { l.Time = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }},
		{"object", func(l *archive.Leaf) { l.Object = archive.Hash{} }},
		{"object", func(l *archive.Leaf) { l.Length = -1 }},
		{"commit", func(l *archive.Leaf) { l.Commit = archive.Hash{} }},
		{"commit", func(l *archive.Leaf) { l.Size = -1 }},
		{"subject", func(l *archive.Leaf) { l.Subject = "acme" }},
		{"subject", func(l *archive.Leaf) { l.Subject = strings.ToUpper(l.Subject) }},
		{"parents", func(l *archive.Leaf) { l.Parents[1] = "1" }},
		{"parents", func(l *archive.Leaf) { l.Parents[1] = l.Parents[0] }},
		{"parents", func(l *archive.Leaf) { l.Parents[0] = l.ID }},
		{"parents", func(l *archive.Leaf) { l.Parents = manyIDs(2406) }},
		{"retain", func(l *archive.Leaf) { l.Kind = archive.LeafRawIn }},
		{"retain", func(l *archive.Leaf) { l.Retain.Class = "" }},
		{"retain", func(l *archive.Leaf) { l.Retain.Class = "Booking" }},
		{"retain", func(l *archive.Leaf) { l.Retain.Class = "a b" }},
		{"retain", func(l *archive.Leaf) { l.Retain.Until = time.Time{} }},
		{"retain", func(l *archive.Leaf) { l.Retain.Until = l.Retain.Until.Add(1) }},
	}
	for i, test := range tests {
		l := fullLeaf()
		test.change(&l)
		text, err := l.AppendText([]byte("kept"))
		var bad *archive.LeafError
		if !errors.As(err, &bad) || bad.Key != test.key || string(text) != "kept" {
			t.Errorf("%d: got %q, %v; want nothing appended, an error about %s", i, text, err, test.key)
		}
	}
}

// manyIDs are n different ULIDs.
func manyIDs(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("01%024d", i)
	}
	return ids
}

func TestLargestLeaf(t *testing.T) {
	l := fullLeaf()
	l.Length, l.Size = 1<<63-1, 1<<63-1
	l.Retain.Class = strings.Repeat("c", 64)
	l.Parents = manyIDs(2405)
	text, err := l.AppendText(nil)
	if err != nil || len(text) > archive.MaxLeaf {
		t.Fatalf("got %d bytes, %v; want at most %d", len(text), err, archive.MaxLeaf)
	}
	if again, err := archive.ParseLeaf(text); err != nil || !cmp.Equal(again, l) {
		t.Errorf("parsed: got %v, want the same leaf", err)
	}
}

// TestParseLeafStrict changes the text of a leaf in one way each.
func TestParseLeafStrict(t *testing.T) {
	text, err := fullLeaf().AppendText(nil)
	check(t, err)
	lines := strings.SplitAfter(string(text), "\n")
	replace := func(old, new string) string {
		if !strings.Contains(string(text), old) {
			t.Fatalf("the leaf has no %q", old)
		}
		return strings.Replace(string(text), old, new, 1)
	}
	tests := []struct {
		name, text string
		line       int
	}{
		{"nothing", "", 0},
		{"other version", replace("v1", "v2"), 1},
		{"header alone", lines[0], 0},
		{"byte order mark", "\ufeff" + string(text), 1},
		{"line before", "\n" + string(text), 1},
		{"line behind", string(text) + "\n", 11},
		{"text behind", string(text) + "x", 11},
		{"second leaf behind", string(text) + string(text), 11},
		{"last LF missing", strings.TrimSuffix(string(text), "\n"), 10},
		{"CR LF", strings.ReplaceAll(string(text), "\n", "\r\n"), 1},
		{"unknown line", replace("meta ", "mate "), 7},
		{"line missing", replace(lines[1], ""), 0},
		{"line twice", replace(lines[6], lines[6]+lines[6]), 8},
		{"lines exchanged", replace(lines[4]+lines[5], lines[5]+lines[4]), 5},
		{"two spaces", replace("kind ", "kind  "), 2},
		{"trailing space", replace("decision\n", "decision \n"), 2},
		{"upper-case hash", replace(lines[6], strings.ToUpper(lines[6][:20])+lines[6][20:]), 7},
		{"upper-case digit", strings.Replace(string(text), lines[6], "meta "+strings.ToUpper(lines[6][5:]), 1), 7},
		{"short hash", replace(lines[6], lines[6][:60]+"\n"), 7},
		{"zero hash", replace(lines[6], "meta "+archive.Hash{}.String()+"\n"), 7},
		{"number with a sign", replace(" 6\n", " +6\n"), 5},
		{"number with a zero", replace(" 6\n", " 06\n"), 5},
		{"number negative", replace(" 6\n", " -6\n"), 5},
		{"number too large", replace(" 6\n", " 9223372036854775808\n"), 5},
		{"number missing", replace(" 6\n", "\n"), 5},
		{"three numbers", replace(" 6\n", " 6 6\n"), 5},
		{"fewer digits of time", replace("123456789Z", "123456Z"), 4},
		{"more digits of time", replace("123456789Z", "1234567890Z"), 4},
		{"time with offset", replace("789Z", "789+00:00"), 4},
		{"no such day", replace("11-23T", "02-30T"), 4},
		{"empty parents", replace(lines[8], "parents \n"), 9},
		{"parents with a space", replace("A,01", "A, 01"), 9},
		{"parents end in a comma", replace("009\n", "009,\n"), 9},
		{"retention without a day", replace(" 2034-12-31", ""), 10},
		{"short day", replace("2034-12-31", "2034-12-1"), 10},
		{"kind unknown", replace("decision", "decisions"), 2},
		{"too long", string(text) + strings.Repeat("x\n", 1<<15), 1},
	}
	for _, test := range tests {
		l, err := archive.ParseLeaf([]byte(test.text))
		var bad *archive.LeafError
		if !errors.As(err, &bad) {
			t.Errorf("%s: got %+v, %v; want a *LeafError", test.name, l, err)
		} else if bad.Line != test.line {
			t.Errorf("%s: got line %d (%v), want %d", test.name, bad.Line, bad, test.line)
		}
	}
}

// drawLeaf draws any leaf that has a text.
func drawLeaf(t *rapid.T) archive.Leaf {
	ulid := rapid.StringMatching(`[0-7][0-9A-HJKMNP-TV-Z]{25}`)
	hash := rapid.Custom(func(t *rapid.T) archive.Hash {
		return archive.Sum(rapid.SliceOfN(rapid.Byte(), 1, 8).Draw(t, "hashed"))
	})
	kinds := []archive.LeafKind{archive.LeafRawIn, archive.LeafAck, archive.LeafEvidence, archive.LeafDecision, archive.LeafClose}
	l := archive.Leaf{
		Kind:    rapid.SampledFrom(kinds).Draw(t, "kind"),
		ID:      ulid.Draw(t, "id"),
		Time:    time.Unix(rapid.Int64Range(-62135596800, 253402300799).Draw(t, "s"), rapid.Int64Range(1, 999999999).Draw(t, "ns")).UTC(),
		Parents: rapid.SliceOfNDistinct(ulid, 0, 5, rapid.ID[string]).Draw(t, "parents"),
	}
	if len(l.Parents) == 0 {
		l.Parents = nil
	}
	if rapid.Bool().Draw(t, "has object") {
		l.Object, l.Length = hash.Draw(t, "object"), rapid.Int64Range(0, 1<<62).Draw(t, "length")
	}
	if rapid.Bool().Draw(t, "has commit") {
		l.Commit, l.Size = hash.Draw(t, "commit"), rapid.Int64Range(0, 1<<62).Draw(t, "size")
	}
	if rapid.Bool().Draw(t, "has meta") {
		l.Meta = hash.Draw(t, "meta")
	}
	if rapid.Bool().Draw(t, "has subject") {
		l.Subject = archive.Subject(nil, rapid.String().Draw(t, "subject"))
	}
	if l.Kind == archive.LeafDecision {
		l.Retain.Class = rapid.StringMatching(`[a-z0-9-]{1,64}`).Draw(t, "class")
		l.Retain.Until = time.Unix(86400*rapid.Int64Range(0, 100_000).Draw(t, "day"), 0).UTC()
	}
	return l
}

func TestLeafRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := drawLeaf(t)
		for _, id := range l.Parents {
			if id == l.ID {
				t.Skip("its own parent")
			}
		}
		text, err := l.AppendText(nil)
		if err != nil {
			t.Fatalf("%+v: %v", l, err)
		}
		got, err := archive.ParseLeaf(text)
		if diff := cmp.Diff(l, got); err != nil || diff != "" {
			t.Fatalf("%v\n(-want +got)\n%s", err, diff)
		}
	})
}

func FuzzParseLeaf(f *testing.F) {
	text, err := fullLeaf().AppendText(nil)
	check(f, err)
	f.Add(text)
	f.Add([]byte("edibridge/leaf/v1\nkind raw-in\nid 01JDB3M3T0000000000000000R\ntime 2026-11-23T07:03:12.000000000Z\n"))
	f.Add([]byte("edibridge/leaf/v1\n"))
	f.Add([]byte("\n\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := archive.ParseLeaf(text)
		var bad *archive.LeafError
		if err != nil {
			if !errors.As(err, &bad) {
				t.Errorf("got %v, want a *LeafError", err)
			}
			return
		}
		again, err := l.AppendText(nil)
		if err != nil || !bytes.Equal(again, text) {
			t.Errorf("a second spelling was taken:\n got %q\nwant %q (%v)", text, again, err)
		}
	})
}

func TestHashText(t *testing.T) {
	h := archive.Sum([]byte("abc"))
	const want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // FIPS 180-4, appendix B.1
	if got := h.String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, bad := range []string{"", want[1:], want + "0", strings.ToUpper(want), "x" + want[1:], strings.Repeat("é", 32)} {
		if got, err := archive.ParseHash(bad); err == nil {
			t.Errorf("ParseHash(%q): got %s, want an error", bad, got)
		}
	}
	salt := archive.NewSalt()
	text, err := json.Marshal(salt)
	var again archive.Salt
	if err := errors.Join(err, json.Unmarshal(text, &again)); err != nil || again != salt {
		t.Errorf("salt: got %v, %v; want %v", again, err, salt)
	}
	if other := archive.NewSalt(); other == salt {
		t.Error("two salts are equal")
	}
}
