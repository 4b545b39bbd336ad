package edifact

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
)

func TestReadControl(t *testing.T) {
	for _, c := range []struct{ name, text, want, findings string }{
		{"message rejected", "UCI+REF5+A:14+B:14:X+7'UCM+1+ORDERS:D:96A:UN+4+29+UNT+2'UCS+6+13'UCD+12+2:1'UCD+37+3:2:4'",
			"{Interchange:REF5 Sender:{Qualifier:14 ID:A Sub:} Receiver:{Qualifier:14 ID:B Sub:X} " +
				"Answer:{Action:7 Verdict:partially-accepted Code: Tag: Element:0 Component:0}} [] [" +
				"{Group: Message:1 Set:ORDERS Version:D:96A:UN Answer:{Action:4 Verdict:rejected Code:29 Tag:UNT Element:1 Component:0} Errors:[" +
				"{Place:6 Code:13 Elements:[{Code:12 Element:1 Component:1 Repetition:0} {Code:37 Element:2 Component:2 Repetition:4}]}]}]", ""},
		{"groups", "UCI+REF5+A+B+7'UCF+G1+NP+LH+7'UCM+1+ORDERS:D:96A:UN+4'UCF+G2+NP+LH+4+29+UNE+2'",
			"{Interchange:REF5 Sender:{Qualifier: ID:A Sub:} Receiver:{Qualifier: ID:B Sub:} " +
				"Answer:{Action:7 Verdict:partially-accepted Code: Tag: Element:0 Component:0}} [" +
				"{Group:G1 Sender:NP Receiver:LH Answer:{Action:7 Verdict:partially-accepted Code: Tag: Element:0 Component:0}} " +
				"{Group:G2 Sender:NP Receiver:LH Answer:{Action:4 Verdict:rejected Code:29 Tag:UNE Element:1 Component:0}}] [" +
				"{Group:G1 Message:1 Set:ORDERS Version:D:96A:UN Answer:{Action:4 Verdict:rejected Code: Tag: Element:0 Component:0} Errors:[]}]", ""},
		{"no UCI", "UCM+1+ORDERS:D:96A:UN+7'", "", "edifact.contrl.uci"},
		{"two UCI", "UCI+REF5+A+B+8'UCI+REF6+A+B+4'", "", "edifact.contrl.uci"},
		{"no reference", "UCI++A+B+8'", "", "edifact.contrl.reference"},
		{"no action", "UCI+R+A+B+7'UCM+1+ORDERS:D:96A:UN'", "", "edifact.contrl.action"},
		{"unknown action", "UCI+R+A+B+9'", "", "edifact.contrl.action"},
		{"UCS in the air", "UCI+R+A+B+7'UCS+1'", "", "edifact.contrl.place"},
		{"UCD in the air", "UCI+R+A+B+7'UCM+1+ORDERS:D:96A:UN+4'UCD+1'", "", "edifact.contrl.place"},
		{"a message twice", "UCI+R+A+B+7'UCM+1+ORDERS:D:96A:UN+4'UCF+G+A+B+7'UCM+1+ORDERS:D:96A:UN+4'UCM+1+ORDERS:D:96A:UN+7'", "", "edifact.contrl.repeated"},
		{"no position", "UCI+R+A+B+7'UCM+1+ORDERS:D:96A:UN+4'UCS+x'", "", "edifact.contrl.position"},
		{"foreign segments", "UCI+R+A+B+7'FTX+LOK+P00++TEXT'UCX+1'", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := "UNH+1+CONTRL:D:3:UN'" + c.text
			m, err := edi.ReadMessage([]byte(fmt.Sprintf("%sUNT+%d+1'", text, 1+strings.Count(text, "'"))), received().Delimiters)
			if err != nil {
				t.Fatal(err)
			}
			control, findings := ReadControl(m)
			if got := said(control); c.want != "" && got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
			var rules []string
			for i := range findings {
				rules = append(rules, findings[i].Rule)
			}
			if got := strings.Join(rules, " "); got != c.findings {
				t.Errorf("findings\n got %s\nwant %s", got, c.findings)
			}
		})
	}
}

// said is all that a CONTRL says.
func said(c *Control) string {
	about := struct {
		Interchange      string
		Sender, Receiver edi.Party
		Answer
	}{c.Interchange, c.Sender, c.Receiver, c.Answer}
	return fmt.Sprintf("%+v %+v %+v", about, slices.Collect(c.Groups()), slices.Collect(c.Messages()))
}

// TestManyAnswers has more messages and groups than one would look through: each
// is settled by its own name, in its own group, by the gravest that is said of it.
func TestManyAnswers(t *testing.T) {
	const groups, messages = 40, 50
	var text strings.Builder
	text.WriteString("UNH+1+CONTRL:D:3:UN'UCI+R+A+B+7'")
	for g := range groups {
		fmt.Fprintf(&text, "UCF+G%d+A+B+7'", g)
		for n := range messages {
			fmt.Fprintf(&text, "UCM+%d+ORDERS:D:96A:UN+%d'UCS+%d+13'", n, 7-(g+n)%2*3, n+1)
		}
	}
	text.WriteString("UCF+G3+A+B+7'UCM+8+ORDERS:D:96A:UN+7'UCM+9+ORDERS:D:96A:UN+4'UNT+1+1'")
	m, err := edi.ReadMessage([]byte(text.String()), received().Delimiters)
	if err != nil {
		t.Fatal(err)
	}
	c, findings := ReadControl(m)
	for g := range groups {
		for n := range messages {
			want := []Verdict{Accepted, Rejected}[(g+n)%2]
			if g == 3 && (n == 8 || n == 9) {
				want = Rejected
			}
			if got := c.Of(fmt.Sprintf("G%d", g), strconv.Itoa(n)); got != want {
				t.Errorf("message %d of group %d\n got %s\nwant %s", n, g, got, want)
			}
		}
	}
	n := 0
	for a := range c.Messages() {
		if n++; n <= groups*messages && (len(a.Errors) != 1 || strconv.Itoa(a.Errors[0].Place-1) != a.Message) {
			t.Errorf("message %s: %+v", a.Message, a.Errors)
		}
	}
	if want := groups*messages + 2; n != want {
		t.Errorf("messages\n got %d\nwant %d", n, want)
	}
	if len(findings) != 1 || findings[0].Rule != "edifact.contrl.repeated" || findings[0].Value != "8" {
		t.Errorf("findings: %+v", findings)
	}
}

func TestOf(t *testing.T) {
	control := func(text string) *Control {
		m, err := edi.ReadMessage([]byte("UNH+1+CONTRL:D:3:UN'"+text+"UNT+1+1'"), received().Delimiters)
		if err != nil {
			t.Fatal(err)
		}
		c, _ := ReadControl(m)
		return c
	}
	const named = "UCM+1+ORDERS:D:96A:UN+4'UCM+2+ORDERS:D:96A:UN+2'UCF+G1+A+B+7'UCM+3+ORDERS:D:96A:UN+4'UCF+G2+A+B+4'"
	for _, c := range []struct {
		text, group, message string
		want                 Verdict
	}{
		{"UCI+R+A+B+4'" + named, "", "9", Rejected}, {"UCI+R+A+B+8'", "", "1", Received}, {"UCI+R+A+B+7'" + named, "", "1", Rejected},
		{"UCI+R+A+B+7'" + named, "", "2", AcceptedWithErrors}, {"UCI+R+A+B+7'" + named, "", "9", Accepted},
		{"UCI+R+A+B+7'" + named, "G1", "3", Rejected}, {"UCI+R+A+B+7'" + named, "G1", "4", Accepted}, {"UCI+R+A+B+7'" + named, "G2", "5", Rejected},
		{"UCI+R+A+B'", "", "1", ""}, {"UCI+R+A+B+3'" + named, "", "1", Rejected}, {"UCI+R+A+B+6'", "", "1", Rejected}, {"UCI+R+A+B+5'", "", "1", Accepted},
	} {
		if got := control(c.text).Of(c.group, c.message); got != c.want {
			t.Errorf("%s of %s in %q\n got %q\nwant %q", c.message, c.text, c.group, got, c.want)
		}
	}
}

// FuzzReadControl reads whatever message as a CONTRL.
func FuzzReadControl(f *testing.F) {
	f.Add([]byte("UNH+1+CONTRL:D:3:UN'UCI+REF5+A:14+B:14:X+7'UCM+1+ORDERS:D:96A:UN+4+29+UNT+2'UCS+6+13'UCD+12+2:1'UNT+6+1'"))
	f.Add([]byte("UNH+1+CONTRL:D:3:UN'UCI+REF5+A+B+7'UCF+G1+NP+LH+7'UCM+1+ORDERS:D:96A:UN+4'UCF+G2+NP+LH+4+29+UNE+2'UNT+6+1'"))
	f.Add([]byte("UNH+1+CONTRL'UCD+1'UCS'UCF'UCM'UCS+999999999999999999999'UCD+-1+-1:-1'UNT'"))
	corpusSeeds(f, func(data []byte) {
		from, to := bytes.Index(data, []byte("UNH+")), bytes.LastIndex(data, []byte("UNZ+"))
		if from >= 0 && to > from {
			f.Add(data[from:to])
		}
	}, "edifact/CONTRL")
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := edi.ReadMessage(data, received().Delimiters)
		if err != nil {
			return
		}
		c, findings := ReadControl(m)
		for i := range findings {
			if f := &findings[i]; f.Offset < 0 || f.Offset+int64(f.Length) > int64(len(data)) {
				t.Errorf("finding outside the message of %d bytes: %v, length %d", len(data), f, f.Length)
			}
		}
		for a := range c.Messages() {
			if got := c.Of(a.Group, a.Message); c.Verdict != Received && graver(a.Verdict, got) {
				t.Errorf("message %q of group %q is %s, and named as %s", a.Message, a.Group, got, a.Verdict)
			}
		}
		for a := range c.Groups() {
			if got := c.Of(a.Group, ""); a.Group != "" && a.Verdict == Rejected && got != Rejected && got != Received {
				t.Errorf("a message of the rejected group %q is %s", a.Group, got)
			}
		}
		if c.Of("", "1") == "" && c.Verdict != "" {
			t.Errorf("the interchange is %s and a message of it nothing", c.Verdict)
		}
	})
}

// TestCorpusControl reads the CONTRL messages of the corpus.
func TestCorpusControl(t *testing.T) {
	root := os.Getenv("EDIBRIDGE_CORPUS")
	if root == "" {
		t.Skip("EDIBRIDGE_CORPUS is not set: the corpus is not read")
	}
	for name, want := range map[string]string{
		"edifact_converter__CTL01_1.edi":           "MEDREF01095 rejected 2 rejected 0",
		"edifact_converter__CTL02_1.edi":           "MEDREF01095 rejected 1 rejected 0",
		"go-edi__contrl-error.golden.edi":          "DTICHIEFEDI rejected 1 rejected 2",
		"go-edi__contrl.golden.edi":                "CUKFFW98000MET accepted 1  0",
		"own-message-rejected.edi":                 "REF5 partially-accepted 1 rejected 1",
		"edifact_converter__edifact_test.rb-2.edi": "  2 rejected 0 edifact.contrl.uci",
	} {
		file, err := os.Open(filepath.Join(root, "edifact", "CONTRL", name))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		w := edi.NewWalker(file, edi.Limits{}, Syntax{})
		var got string
		for {
			ev, err := w.Next()
			if err != nil {
				break
			}
			if ev.Kind != edi.EndMessage {
				continue
			}
			c, findings := ReadControl(ev.Message)
			all := slices.Collect(c.Messages())
			got = fmt.Sprintf("%s %s %d %s %d", c.Interchange, c.Verdict, len(all), all[0].Verdict, len(all[0].Errors))
			for i := range findings {
				if findings[i].Rejects() {
					got += " " + findings[i].Rule
				}
			}
		}
		if got != want {
			t.Errorf("%s\n got %s\nwant %s", name, got, want)
		}
	}
}
