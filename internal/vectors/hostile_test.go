package vectors

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/edibridge/edibridge/edi"
)

// hostile is a file that never ends what it begins, or has far too much of
// something: size bytes of a pattern between a head and a tail.
type hostile struct {
	name, head, tail string
	// pattern gives what is repeated; n counts from 1.
	pattern func(n int) string
	// most is the memory that the whole process may take, in KiB. What has one
	// message of more than an ordinary size may take what edi.Limits says.
	most int
	// dear files have something to say of every few bytes: a sixteenth is enough.
	dear bool
}

const (
	ordinary = 32 << 10
	// oneMessage is a message of 32 MiB, its index (twice that), what is kept of its
	// match, and what the collector has not taken yet.
	oneMessage = 256 << 10
	// rejects is what a CONTRL keeps of each thing rejected until UCI, its first
	// segment, can be told.
	rejects = 64 << 10
	// groups is the same of a million groups that never end: the bridge takes no
	// file with more than a tenth of them.
	groups = 128 << 10

	x12Head     = "ISA*00*          *00*          *ZZ*NORTHPIER      *ZZ*LAKEHOUSE3PL   *261123*0930*^*00501*000000301*0*T*>~GS*PO*NORTHPIER*LAKEHOUSE*20261123*0930*301*X*005010~"
	x12Set      = x12Head + "ST*850*0001~BEG*00*SA*PO-77**20261123~"
	edifactHead = "UNB+UNOC:4+NORTHPIER:ZZZ+LAKEHOUSE:14+20261123:0930+REF1'"
	edifactSet  = edifactHead + "UNH+1+ORDERS:D:96A:UN'BGM+220+PO77+9'"
	// lastControl is the control number of the set in nextFile, which has to be read
	// whatever stands before it.
	lastControl = "7777"
	nextFile    = "ISA|00|          |00|          |ZZ|NORTHPIER      |ZZ|LAKEHOUSE3PL   |261123|0930|U|00401|000000302|0|T|:'" +
		"GS|PO|NORTHPIER|LAKEHOUSE|20261123|0930|302|X|004010'ST|850|" + lastControl + "'BEG|00|SA|PO-77||20261123'PO1|1|12|EA|9.95||UP|012345678905'" +
		"SE|4|" + lastControl + "'GE|1|302'IEA|1|000000302'"
)

// again is a pattern that is always the same.
func again(s string) func(int) string { return func(int) string { return s } }

// counted is a pattern with the count in it, one or more times.
func counted(format string) func(int) string {
	times := strings.Count(format, "%")
	return func(n int) string {
		args := make([]any, times)
		for i := range args {
			args[i] = n
		}
		return fmt.Sprintf(format, args...)
	}
}

// hostiles are the files.
func hostiles() []hostile {
	sound := "ST*850*%04d~BEG*00*SA*PO-77**20261123~PO1*1*12*EA*9.95**UP*012345678905~SE*4*%04d~"
	return []hostile{
		{"sound sets", x12Head, nextFile, counted(sound), ordinary, false},
		{"sound messages", edifactHead, nextFile, counted("UNH+%d+ORDERS:D:96A:UN'BGM+220+P+9'DTM+137:20261123:102'LIN+1++401:EN'QTY+21:12'UNS+S'UNT+7+%d'"), ordinary, false},
		{"a segment without end", x12Set + "MSG*", nextFile, again("A"), ordinary, false},
		{"an EDIFACT segment without end", edifactSet + "FTX+AAI+++", nextFile, again("A"), ordinary, false},
		{"a tag without end", x12Set, nextFile, again("A"), ordinary, false},
		{"elements without end", x12Set + "REF", nextFile, again("*"), ordinary, false},
		{"components without end", x12Set + "REF*DP*1**", nextFile, again(">"), ordinary, false},
		{"repetitions without end", x12Set + "REF*DP*", nextFile, again("^1"), ordinary, false},
		{"released characters without end", edifactSet + "FTX+AAI+++", nextFile, again("?'"), ordinary, false},
		{"release characters alone", edifactSet + "FTX+AAI+++", "'" + nextFile, again("?"), ordinary, false},
		{"blanks in an ISA", "ISA*00*", nextFile, again(" "), ordinary, false},
		{"headers that are none", "", nextFile, again("ISA*"), ordinary, false},
		{"EDIFACT headers that are none", "", nextFile, again("UNA:+.? '"), ordinary, false},
		{"zeros", "", nextFile, again("\x00"), ordinary, false},
		{"interchanges of a header", "", nextFile, again("UNB+UNOC:3'"), ordinary, true},
		{"interchanges of an ISA", "", nextFile, again(x12Head[:106]), ordinary, true},
		{"interchanges of a bad set", "", nextFile, again(x12Head + "ST*850*1~"), ordinary, true},
		{"groups within groups", x12Head, nextFile, again("GS*PO*A*B*20261123*0930*1*X*005010~"), ordinary, true},
		{"EDIFACT groups within groups", edifactHead, nextFile, again("UNG+ORDERS+NP+LH+261123:0930+G1+UN+D:96A'"), groups, true},
		{"sets without an end", x12Head, nextFile, counted("ST*850*%04d~BEG*00*SA*PO-77**20261123~"), ordinary, true},
		{"control numbers in no order", x12Head, nextFile, func(n int) string { return fmt.Sprintf("ST*850*%09d~SE*2*1~", n*7919%1_000_000_000) }, ordinary, true},
		{"TA1", x12Head[:106], nextFile, again("TA1*1*261123*0930*Q*~"), ordinary, true},
		{"segments outside groups", x12Head[:106], nextFile, again("REF*DP*1~"), ordinary, true},
		{"segments outside messages", edifactHead, nextFile, again("RFF+CT:1'"), ordinary, true},
		{"terminators", x12Set, nextFile, again("~"), ordinary, false},
		{"line breaks", x12Set, nextFile, again("\r\n"), ordinary, false},
		{"a BIN that lies", x12Set + "BIN*99999999999*", nextFile, again("A~"), oneMessage, false},
		{"a UNO that lies", edifactHead + "UNO+P+A:1++99999999999'", nextFile, again("A'"), ordinary, false},
		{"a line of a million", x12Set, nextFile, counted("PO1*%d*12*EA*9.95**UP*012345678905~"), oneMessage, false},
		{"a million findings", x12Set, nextFile, again("QQQ*1~"), oneMessage, false},
		{"a million wrong elements", x12Set, nextFile, again("PO1**x*QQ*y*QQ*QQ~"), oneMessage, false},
		{"a million empty elements", x12Set, nextFile, again("PO1*********************~"), oneMessage, false},
		{"a million strays", edifactSet, nextFile, again("FII+BK'"), oneMessage, false},
		{"a chain of HL", strings.Replace(x12Head, "*PO*", "*SH*", 1) + "ST*856*0001~BSN*00*S1*20261123*0930~HL*1**S~", nextFile,
			func(n int) string { return fmt.Sprintf("HL*%d*%d*I~", n+1, n) }, oneMessage, false},
		{"HL of one parent", strings.Replace(x12Head, "*PO*", "*SH*", 1) + "ST*856*0001~BSN*00*S1*20261123*0930~HL*1**S~", nextFile,
			func(n int) string { return fmt.Sprintf("HL*%d*1*I~", n+1) }, oneMessage, false},
		{"LS without LE", x12Set + "PO1*1*12*EA*9.95~", nextFile, again("LS*LDT~LDT*AF*1*DA~"), oneMessage, false},
		{"a 997 of a million sets", strings.Replace(x12Head, "*PO*", "*FA*", 1) + "ST*997*0001~AK1*PO*1~", nextFile, counted("AK2*850*%04d~AK5*R*5~"), oneMessage, false},
		{"a 997 of a million notes", strings.Replace(x12Head, "*PO*", "*FA*", 1) + "ST*997*0001~AK1*PO*1~AK2*850*0001~", nextFile, again("AK3*PO1*21**8~AK4*2**1~"), oneMessage, false},
		{"a CONTRL of a million messages", edifactHead + "UNH+1+CONTRL:D:3:UN'UCI+R+A+B+7'", nextFile, counted("UCM+%d+ORDERS:D:96A:UN+4'UCS+1+13'"), oneMessage, false},
		{"a CONTRL of a million groups", edifactHead + "UNH+1+CONTRL:D:3:UN'UCI+R+A+B+7'", nextFile, counted("UCF+G%d+NP+LH+7'"), oneMessage, false},
		{"a million rejected messages", edifactHead, nextFile, counted("UNH+%d+ORDERS:D:96A:UN'UNT+3+%d'"), rejects, true},
	}
}

// generated is a hostile file as a reader.
type generated struct {
	h    *hostile
	left int64 // bytes of the pattern
	n    int
	rest []byte
	tail bool
	text []byte // patterns, used again and again
}

// Read gives whole patterns, as many as go into b.
func (g *generated) Read(b []byte) (int, error) {
	n := 0
	for n < len(b) {
		if len(g.rest) == 0 && !g.more() {
			break
		}
		c := copy(b[n:], g.rest)
		g.rest = g.rest[c:]
		n += c
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// more takes the next pattern, or the tail.
func (g *generated) more() bool {
	if g.left <= 0 {
		if g.tail {
			return false
		}
		g.rest, g.tail = []byte(g.h.tail), true
		return true
	}
	g.text = g.text[:0]
	for len(g.text) < 4096 && g.left > 0 {
		g.n++
		at := len(g.text)
		g.text = append(g.text, g.h.pattern(g.n)...)
		g.left -= int64(len(g.text) - at)
	}
	g.rest = g.text
	return true
}

// toll is what it cost to judge a hostile file.
type toll struct {
	Peak     int   // KiB, of the whole process
	CPU      int64 // microseconds
	Findings int
	Last     string // control number of the last set
}

// hostileJob names the variable that makes the test program judge one file and tell
// its toll: "NAME\tSIZE".
const hostileJob = "EDIBRIDGE_VECTORS_HOSTILE"

func TestMain(m *testing.M) {
	job := os.Getenv(hostileJob)
	if job == "" {
		os.Exit(m.Run())
	}
	if err := judgeHostile(job); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// judgeHostile walks through one file, validates and acknowledges it.
func judgeHostile(job string) error {
	name, size, _ := strings.Cut(job, "\t")
	bytes, err := strconv.ParseInt(size, 10, 64)
	if err != nil {
		return err
	}
	for _, h := range hostiles() {
		if h.name != name {
			continue
		}
		debug.SetGCPercent(20) // as the commands over files have it
		j, err := openJudging(options{ta1: true})
		if err != nil {
			return err
		}
		var out toll
		j.streams = true
		j.found = func(edi.Finding) { out.Findings++ }
		j.event = func(ev *edi.Event) {
			if ev.Kind == edi.EndMessage {
				out.Last = ev.Message.Control
			}
		}
		if err := j.run(&generated{h: &h, left: bytes, rest: []byte(h.head)}); err != nil {
			return err
		}
		var use syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
			return err
		}
		out.CPU = use.Utime.Nano() / 1000
		out.Peak = peakOfThis()
		return json.NewEncoder(os.Stdout).Encode(out)
	}
	return fmt.Errorf("no hostile file is called %q", name)
}

// peakOfThis is the most memory that this process has had resident, in KiB; 0 where
// the system does not say.
func peakOfThis() (kib int) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kib); n == 1 {
			return kib
		}
	}
	return 0
}

// TestHostile judges each hostile file in a process of its own. The whole of it stays
// within its memory, the file behind is read, and eight times the bytes cost about
// eight times the work: quadratic work would cost 64 times as much.
func TestHostile(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program and streams gigabytes through it")
	}
	program := filepath.Join(t.TempDir(), "vectors.test") // without the race detector, which takes memory of its own
	if out, err := exec.CommandContext(t.Context(), "go", "test", "-c", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("go test -c: %v\n%s", err, out)
	}
	size := int64(4 << 20)
	if long() {
		size = 128 << 20
	}
	for _, h := range hostiles() {
		t.Run(strings.ReplaceAll(h.name, " ", "-"), func(t *testing.T) {
			size := size
			if h.dear {
				size /= 16
			}
			one, eight := tollOf(t, program, h.name, size), tollOf(t, program, h.name, 8*size)
			for range 3 { // what else the machine does may cost time, and keep the collector from its work
				if ratio(one, eight) <= mostRatio && eight.Peak <= h.most {
					break
				}
				one, eight = tollOf(t, program, h.name, size), tollOf(t, program, h.name, 8*size)
			}
			if eight.Peak > h.most {
				t.Errorf("peak memory\n got %d KiB\nwant at most %d KiB", eight.Peak, h.most)
			}
			if eight.Last != lastControl {
				t.Errorf("last set\n got %q\nwant %q", eight.Last, lastControl)
			}
			if got := ratio(one, eight); got > mostRatio {
				t.Errorf("work for 8 times the bytes\n got %.1f times (%d to %d µs)\nwant at most %d", got, one.CPU, eight.CPU, mostRatio)
			}
			t.Logf("%d MB: peak %d KiB (%d of an eighth), %d findings; work for 8 times the bytes: %.1f times", 8*size>>20, eight.Peak, one.Peak, eight.Findings, ratio(one, eight))
		})
	}
}

// mostRatio lies between what is linear, 8, and what is quadratic, 64.
const mostRatio = 20

// ratio compares the work of two sizes, that of a start left aside.
func ratio(one, eight *toll) float64 {
	const start = 50_000 // microseconds: the guides are read, the clock is coarse
	return float64(eight.CPU) / float64(max(one.CPU, start))
}

// tollOf runs program over one file.
func tollOf(t *testing.T, program, name string, size int64) *toll {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = append(os.Environ(), hostileJob+"="+name+"\t"+strconv.FormatInt(size, 10), "GOMEMLIMIT=24MiB")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, errs.Bytes())
	}
	var got toll
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("%v: %s", err, out.Bytes())
	}
	if got.Peak == 0 {
		t.Skip("this system does not say how much memory a process took")
	}
	return &got
}
