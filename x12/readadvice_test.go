package x12

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
)

// adviceOf reads an 824 with these segments between BGN and SE.
func adviceOf(t testing.TB, text string) []Advice {
	t.Helper()
	m, err := edi.ReadMessage([]byte("ST*824*0001~BGN*11*A-1*20261124~"+text+"SE*9*0001~"), edi.Delimiters{Segment: '~', Element: '*', Component: '>'})
	if err != nil {
		t.Fatal(err)
	}
	return slices.Collect(Advices(m))
}

func TestAdvices(t *testing.T) {
	got := adviceOf(t, "N1*FR*Hollis~REF*ZZ*not of a document~"+
		"OTI*TR*IV*BL-1*S*R*20261130*0902*905*0001*810~REF*PO*HH-1~TED*007*Not on file*BIG*2*4>1*324* HH-1 ~NTE*ERN*Call~RED*NA**94**IBP*E054~LM*ZZ~LQ*ZZ*E1~"+
		"OTI*TA*IV*BL-2~")
	if len(got) != 2 {
		t.Fatalf("got %+v, want two", got)
	}
	a := got[0]
	text := fmt.Sprintln(a.Code, a.Verdict, a.Qualifier, a.Reference, a.Group, a.Control, a.Set, a.Refs, a.Errors[0].String(), a.Notes, a.OfGroup())
	want := fmt.Sprintln(`TR rejected IV BL-1 905 0001 810 [{PO HH-1}] 007 Not on file, BIG 2 element 4: "HH-1" [Call IBP E054 ZZ E1] false`)
	if text != want {
		t.Errorf("the first\n got %swant %s", text, want)
	}
	if b := got[1]; b.Verdict != Accepted || b.Reference != "BL-2" || len(b.Refs)+len(b.Errors)+len(b.Notes) > 0 || b.Offset <= a.Offset {
		t.Errorf("the second\n got %+v", b)
	}
	for range Advices(&edi.Message{}) {
		t.Error("an empty message has something to say")
	}
}

// TestAdviceVerdict goes over all codes of element 110 in 004010 and 005010.
func TestAdviceVerdict(t *testing.T) {
	verdicts := map[string]Verdict{"A": Accepted, "C": AcceptedWithErrors, "E": AcceptedWithErrors, "P": PartiallyAccepted, "R": Rejected}
	for _, of := range []string{"B", "G", "I", "T"} {
		for what, want := range verdicts {
			if got := AdviceVerdict(of + what); got != want {
				t.Errorf("%s\n got %q\nwant %q", of+what, got, want)
			}
		}
	}
	for _, code := range []string{"TH", "GH", "", "T", "ZA", "TAA", "ta"} {
		if got := AdviceVerdict(code); got != "" {
			t.Errorf("%q\n got %q\nwant none", code, got)
		}
	}
}

// TestAdvicesAreBounded: however much is said of one document, little is kept.
func TestAdvicesAreBounded(t *testing.T) {
	got := adviceOf(t, "OTI*TR*IV*1~"+strings.Repeat("REF*PO*1~TED*007*x~NTE**y~", 1000))
	if a := got[0]; len(a.Refs) != maxAdviceErrors || len(a.Errors) != maxAdviceErrors || len(a.Notes) != maxAdviceErrors {
		t.Errorf("kept %d references, %d errors, %d notes; want %d of each", len(a.Refs), len(a.Errors), len(a.Notes), maxAdviceErrors)
	}
}

// TestCorpusAdvices reads the 824s of the corpus.
func TestCorpusAdvices(t *testing.T) {
	files := corpusFiles(t, "824")
	if files == nil {
		t.Skip("EDIBRIDGE_CORPUS is not set: the corpus is not read")
	}
	codes := map[string]int{}
	for _, data := range files {
		w := edi.NewWalker(strings.NewReader(string(data)), edi.Limits{}, Syntax{})
		for ev, err := w.Next(); err == nil; ev, err = w.Next() {
			if ev.Kind != edi.EndMessage {
				continue
			}
			for a := range Advices(ev.Message) {
				if a.Verdict == "" || a.Reference == "" {
					t.Errorf("%+v says nothing", a)
				}
				codes[a.Code]++
			}
		}
	}
	if len(codes) < 6 {
		t.Errorf("codes %v, want those of sets, batches and items", codes)
	}
}

// FuzzAdvices reads whatever as an 824: no panic, no more documents than OTI, each
// within the message.
func FuzzAdvices(f *testing.F) {
	f.Add("OTI*TR*IV*BL-1***20261130**905*0001*810~REF*PO*HH-1~TED*007*x*BIG*2*4>1*324*v~NTE*ERN*y~LM*ZZ~LQ*ZZ*E1~RED*NA**94**IBP*E054~")
	f.Add("OTI~OTI*~TED~REF~LQ*****~")
	f.Fuzz(func(t *testing.T, text string) {
		data := "ST*824*1~" + text
		m, err := edi.ReadMessage([]byte(data), edi.Delimiters{Segment: '~', Element: '*', Component: '>'})
		if err != nil {
			return
		}
		n := 0
		for a := range Advices(m) {
			n++
			if a.Offset < 0 || a.Offset >= int64(len(data)) {
				t.Errorf("it stands at %d of %d", a.Offset, len(data))
			}
			for i := range a.Errors {
				_ = a.Errors[i].String()
			}
		}
		if most := strings.Count(text, "OTI"); n > most {
			t.Errorf("documents\n got %d\nwant at most %d", n, most)
		}
	})
}
