package edifact

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
)

func adviceIn(t testing.TB, text string) *Advice {
	t.Helper()
	m, err := edi.ReadMessage([]byte("UNH+1+APERAK:D:96A:UN'"+text+"UNT+9+1'"), received().Delimiters)
	if err != nil {
		t.Fatal(err)
	}
	return ReadAdvice(m)
}

// TestReadAdvice: the response type says most, then the function, then the name of
// the document, then whether there are errors.
func TestReadAdvice(t *testing.T) {
	for _, c := range []struct {
		text    string
		code    string
		verdict Verdict
	}{
		{"BGM+313+A+27+AP'ERC+12'", "4343 AP", Accepted},
		{"BGM+313+A+27+AD'", "4343 AD", Accepted},
		{"BGM+23+A+9+CA'", "4343 CA", AcceptedWithErrors},
		{"BGM+23+A+9+AC'", "4343 AC", AcceptedWithErrors},
		{"BGM+23+A+29+RE'", "4343 RE", Rejected},
		{"BGM+23+A+9+AB'", "4343 AB", Received},
		{"BGM+23+A+29+AJ'", "1225 29", Accepted},
		{"BGM+23+A+44'", "1225 44", Accepted},
		{"BGM+23+A+34'", "1225 34", AcceptedWithErrors},
		{"BGM+312+A+27'", "1225 27", Rejected},
		{"BGM+23+A+12'", "1225 12", Rejected},
		{"BGM+23+A+48'", "1225 48", Rejected},
		{"BGM+312+A+9'ERC+1'", "1001 312", Accepted},
		{"BGM+313+A+9'", "1001 313", Rejected},
		{"BGM+23+A+9'ERC+12'", "ERC", Rejected},
		{"BGM+23+A+9'", "", Received},
		{"", "", Received},
	} {
		if a := adviceIn(t, c.text); a.Code != c.code || a.Verdict != c.verdict {
			t.Errorf("%s\n got %q %s\nwant %q %s", c.text, a.Code, a.Verdict, c.code, c.verdict)
		}
	}
}

// TestReadAdviceWords: references and texts stand with the message or the error
// that they are about.
func TestReadAdviceWords(t *testing.T) {
	a := adviceIn(t, "BGM+313+A+9'FTX+AAO+++Nothing was:booked'RFF+ACW:R?+1'ERC+12::91'FTX+AAO+++No such order'RFF+ON:4711'FTX+AAO+++of the reference'ERC+13'")
	got := fmt.Sprint(a.Notes, a.References, a.Errors)
	want := "[Nothing was booked] [{ACW R+1 false} {ON 4711 true}] [{12 No such order} {13 }]"
	if got != want {
		t.Errorf("advice\n got %s\nwant %s", got, want)
	}
	if got := a.Errors[0].String(); got != "12 No such order" {
		t.Errorf("error\n got %q", got)
	}
	a = adviceIn(t, strings.Repeat("RFF+ON:1'", 500)+strings.Repeat("ERC+1'FTX+AAO+++x'", 500))
	if len(a.References) != maxAdviceReferences || len(a.Errors) != maxAdviceErrors {
		t.Errorf("kept %d references, %d errors", len(a.References), len(a.Errors))
	}
}

// TestCorpusAdvice reads the APERAKs of the corpus.
func TestCorpusAdvice(t *testing.T) {
	root := os.Getenv("EDIBRIDGE_CORPUS")
	if root == "" {
		t.Skip("EDIBRIDGE_CORPUS is not set: the corpus is not read")
	}
	for name, want := range map[string]string{
		"2-pydifact__aperak_rejected.edi": "ERC rejected [{ACW PO123456 false}] [{12 Order rejected due to invalid product code}]",
		"EDIFACT__aperak.txt":             "4343 AP accepted [] []",
		"edifact-rs__main.rs-1.edi": "1001 313 rejected [{ACE O1583553607732 false} {ACW V1583553607732 true} {AGO 9904590000002ORD1583553607706 true}]" +
			" [{Z29 LOC17251283352734}]",
	} {
		data, err := os.ReadFile(filepath.Join(root, "edifact/APERAK", name))
		if err != nil {
			t.Fatal(err)
		}
		w := edi.NewWalker(bytes.NewReader(data), edi.Limits{}, Syntax{})
		got := ""
		for ev, err := w.Next(); err == nil; ev, err = w.Next() {
			if ev.Kind == edi.EndMessage {
				a := ReadAdvice(ev.Message)
				got = fmt.Sprint(a.Code, " ", a.Verdict, " ", a.References, " ", a.Errors)
			}
		}
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", name, got, want)
		}
	}
}

// FuzzReadAdvice reads whatever message as an APERAK.
func FuzzReadAdvice(f *testing.F) {
	f.Add([]byte("UNH+1+APERAK:D:96A:UN'BGM+313+A+9+RE'FTX+AAO+++x:y'RFF+ACW:R?+1'ERC+12::91'FTX+AAO+++z'RFF+ON:4711'UNT+9+1'"))
	f.Add([]byte("UNH+1'BGM'BGM+'ERC'FTX+++:'RFF'UNT'"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := edi.ReadMessage(data, received().Delimiters)
		if err != nil {
			return
		}
		a := ReadAdvice(m)
		if a.Verdict == "" || len(a.Errors) > bytes.Count(data, []byte("ERC")) || len(a.References) > bytes.Count(data, []byte("RFF")) {
			t.Errorf("%+v", a)
		}
	})
}
