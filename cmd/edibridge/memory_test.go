package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Memory is bounded by the largest transaction set, not by the file: a stream of
// 150 MB is validated and inspected within 64 MiB, the whole process counted.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program and streams 300 MB through it")
	}
	const size, most = 150 << 20, 64 << 10 // bytes; KiB
	program := filepath.Join(t.TempDir(), "edibridge")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	for _, command := range []string{"validate", "inspect"} {
		cmd := exec.CommandContext(t.Context(), program, command, "--json", "-")
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		written := writeOrders(in, size)
		got := peak(t, cmd.Process.Pid) // it has read all but what the pipe holds
		if err := errors.Join(written, in.Close(), cmd.Wait()); err != nil {
			t.Errorf("%s: %v", command, err)
		}
		if got > most {
			t.Errorf("%s: peak memory\n got %d KiB\nwant at most %d KiB", command, got, most)
		}
		t.Logf("%s: %d MB, peak %d KiB, %v", command, size>>20, got, cmd.ProcessState.UserTime())
	}
}

// peak is the most memory that a running process has had resident, in KiB. What
// getrusage says of a child counts its parent before exec, too.
func peak(t *testing.T, pid int) (kib int) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skip("this system does not say how much memory a process took")
	}
	for line := range strings.Lines(string(text)) {
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kib); n == 1 {
			return kib
		}
	}
	t.Fatalf("no VmHWM in\n%s", text)
	return 0
}

// writeOrders writes one interchange of about size bytes: orders of 50 lines.
func writeOrders(out io.Writer, size int) error {
	w := bufio.NewWriter(out)
	fmt.Fprintf(w, "ISA*00*%10s*00*%10s*ZZ*%-15s*ZZ*%-15s*261123*0930*U*00401*000000001*0*P*>~\n", "", "", "ACME", "US")
	fmt.Fprint(w, "GS*PO*ACME*US*20261123*0930*1*X*004010~\n")
	written, sets := 0, 0
	for written < size {
		sets++
		n, _ := fmt.Fprintf(w, "ST*850*%04d~\nBEG*00*SA*PO%d**20261123~\n", sets, sets)
		written += n
		for line := range 50 {
			n, _ := fmt.Fprintf(w, "PO1*%d*12*EA*9.95**UP*012345678905*VN*BOLT-10~\n", line+1)
			written += n
		}
		n, err := fmt.Fprintf(w, "CTT*50~\nSE*54*%04d~\n", sets)
		if err != nil {
			return err
		}
		written += n
	}
	fmt.Fprintf(w, "GE*%d*1~\nIEA*1*000000001~\n", sets)
	return w.Flush()
}
