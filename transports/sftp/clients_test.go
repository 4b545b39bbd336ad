package sftp

import (
	"bytes"
	"context"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/edibridge/edibridge/transports"
)

// need skips the test when a program is not there, or fails it where everything
// must be tested.
func need(t *testing.T, program string, probe ...string) {
	t.Helper()
	path, err := exec.LookPath(program)
	if err == nil && len(probe) > 0 {
		err = exec.Command(path, probe...).Run()
	}
	if err == nil {
		return
	}
	if os.Getenv("EDIBRIDGE_TEST_REQUIRE") == "all" {
		t.Fatalf("%s %q is required: %v", program, probe, err)
	}
	t.Skipf("%s %q is not there: %v", program, probe, err)
}

// shop is a folder of real clients' files: key, known hosts, things to send.
type shop struct {
	*house
	t          *testing.T
	dir        string
	host, port string
}

func newShop(t *testing.T, change ...func(*Config)) *shop {
	t.Helper()
	s := &shop{house: start(t, change...), t: t, dir: t.TempDir()}
	var err error
	if s.host, s.port, err = net.SplitHostPort(s.Addr().String()); err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(s.key, "")
	if err != nil {
		t.Fatal(err)
	}
	s.write("key", pem.EncodeToMemory(block))
	s.write("known_hosts", fmt.Appendf(nil, "[%s]:%s %s", s.host, s.port, ssh.MarshalAuthorizedKey(s.house.host)))
	return s
}

func (s *shop) path(name string) string { return filepath.Join(s.dir, name) }

func (s *shop) write(name string, body []byte) {
	s.t.Helper()
	if err := os.WriteFile(s.path(name), body, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) read(name string) []byte {
	s.t.Helper()
	body, err := os.ReadFile(s.path(name))
	if err != nil {
		s.t.Fatal(err)
	}
	return body
}

// sshOptions are those of all OpenSSH programs, with the key unless a password is
// asked for.
func (s *shop) sshOptions(withKey bool) []string {
	opts := []string{"-F", "/dev/null", "-o", "UserKnownHostsFile=" + s.path("known_hosts"),
		"-o", "GlobalKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=yes", "-o", "IdentitiesOnly=yes"}
	if withKey {
		return append(opts, "-i", s.path("key"), "-o", "BatchMode=yes")
	}
	return append(opts, "-o", "PreferredAuthentications=password", "-o", "NumberOfPasswordPrompts=1")
}

// outcome is what a program said.
type outcome struct {
	code   int
	stdout string
	stderr string
}

func (s *shop) run(stdin string, env []string, program string, args ...string) outcome {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), append([]string{"HOME=" + s.dir}, env...)...)
	cmd.Stdin = strings.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if ctx.Err() != nil {
		s.t.Fatalf("%s %q did not end: %v\n%s%s", program, args, err, &stdout, &stderr)
	}
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// batch runs "sftp -b" with commands.
func (s *shop) batch(commands ...string) outcome {
	s.t.Helper()
	args := append(s.sshOptions(true), "-P", s.port, "-b", "-", "acme@"+s.host)
	return s.run(strings.Join(commands, "\n")+"\n", nil, "sftp", args...)
}

func (s *shop) scp(args ...string) outcome {
	s.t.Helper()
	return s.run("", nil, "scp", append(append(s.sshOptions(true), "-P", s.port), args...)...)
}

func (s *shop) remote(path string) string { return "acme@" + s.host + ":" + path }

// clean checks that a program ended well and complained of nothing.
func (o outcome) clean(t *testing.T, what string) {
	t.Helper()
	if o.code != 0 || o.stderr != "" {
		t.Errorf("%s: exit status %d, standard error %q\nwant 0 and nothing", what, o.code, o.stderr)
	}
}

func TestOpenSSHBatch(t *testing.T) {
	need(t, "sftp")
	s := newShop(t)
	big := noise(40 << 20)
	s.write("po.edi", []byte("ISA*00~"))
	s.write("big.edi", big)
	s.write("empty.edi", nil)
	// Renaming what is accepted already is for scripts that mark a file as complete.
	o := s.batch("pwd", "put po.edi", "cd in", "put big.edi", "put -p po.edi second.edi", "put empty.edi", "chmod 600 big.edi",
		"put po.edi po.edi.tmp", "rename po.edi.tmp third.edi", "rename second.edi second.done", "ls -l", "ls /", "ls /out", "df")
	o.clean(t, "batch")
	var got []string
	for _, a := range s.handler.Arrivals() {
		got = append(got, fmt.Sprint(a.Header["path"], " ", len(a.Bytes)))
	}
	want := []string{"/po.edi 7", "/in/big.edi 41943040", "/in/second.edi 7", "/in/empty.edi 0", "/in/third.edi 7"}
	if !slices.Equal(got, want) {
		t.Errorf("deliveries\ngot  %q\nwant %q", got, want)
	}
	if !bytes.Equal(s.handler.Arrivals()[1].Bytes, big) {
		t.Error("the big file came with other bytes than were sent")
	}
	for _, line := range []string{"Remote working directory: /\n", "41943040", "second.done", "/in", "/out", "acme"} {
		if !strings.Contains(o.stdout, line) {
			t.Errorf("the client did not show %q:\n%s", line, o.stdout)
		}
	}
}

func TestOpenSSHPassword(t *testing.T) {
	need(t, "sftp")
	s := newShop(t)
	s.write("po.edi", []byte("ISA*00~"))
	s.write("batch", []byte("put po.edi in/\n"))
	login := func(secret string) outcome {
		if err := os.WriteFile(s.path("askpass"), []byte("#!/bin/sh\necho '"+secret+"'\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		// Batch mode would forbid asking: the commands come on standard input.
		args := append(s.sshOptions(false), "-P", s.port, "acme@"+s.host)
		return s.run("put po.edi in/\n", []string{"SSH_ASKPASS=" + s.path("askpass"), "SSH_ASKPASS_REQUIRE=force"}, "sftp", args...)
	}
	if o := login(password); o.code != 0 {
		t.Errorf("password: exit status %d, %s", o.code, o.stderr)
	}
	if o := login("guess"); o.code == 0 || !strings.Contains(o.stderr, "Permission denied") {
		t.Errorf("wrong password: exit status %d, %s", o.code, o.stderr)
	}
	if got, want := s.bodies(), []string{"po.edi=ISA*00~"}; !slices.Equal(got, want) {
		t.Errorf("deliveries\ngot  %q\nwant %q", got, want)
	}
	if got := s.handler.Arrivals()[0].Header["login"]; got != "password" {
		t.Errorf("login is %q", got)
	}
}

func TestOpenSSHRefusal(t *testing.T) {
	need(t, "sftp")
	need(t, "scp")
	s := newShop(t)
	s.write("po.edi", []byte("ISA*00~"))
	s.handler.Refuse(transports.ErrRefused)
	if o := s.batch("put po.edi in/"); o.code != 1 || !strings.Contains(o.stderr, "close remote") {
		t.Errorf("sftp -b: exit status %d, %q\nwant 1 and the failed close", o.code, o.stderr)
	}
	if o := s.scp("po.edi", s.remote("in/po.edi")); o.code != 1 {
		t.Errorf("scp: exit status %d, %q\nwant 1", o.code, o.stderr)
	}
	if o := s.batch("put po.edi in/a.tmp", "rename in/a.tmp in/a.edi"); o.code != 1 {
		t.Errorf("sftp -b with rename: exit status %d, %q\nwant 1", o.code, o.stderr)
	}
	if o := s.batch("put po.edi out/"); o.code != 1 {
		t.Errorf("sftp -b into out: exit status %d, %q\nwant 1", o.code, o.stderr)
	}
	if o := s.batch("ls in"); strings.TrimSpace(o.stdout) != "sftp> ls in\nin/a.tmp" {
		t.Errorf("listing after refusals: %q\nwant the unfinished upload alone", o.stdout)
	}
	if n := len(s.handler.Arrivals()); n != 0 {
		t.Errorf("%d deliveries\nwant none", n)
	}
}

func TestOpenSSHScp(t *testing.T) {
	need(t, "scp")
	s := newShop(t)
	s.write("long.edi", noise(3_000_000))
	s.write("short.edi", noise(1000))
	stamp := time.Unix(1_700_000_000, 0)
	if err := os.Chtimes(s.path("short.edi"), stamp, stamp); err != nil {
		t.Fatal(err)
	}
	s.scp("long.edi", s.remote("in/po.edi")).clean(t, "scp")
	s.scp("-p", "short.edi", s.remote("in/po.edi")).clean(t, "scp -p, a shorter file")
	s.scp("-p", "short.edi", s.remote("in/")).clean(t, "scp -p into the folder")
	arrivals := s.handler.Arrivals()
	if len(arrivals) != 3 {
		t.Fatalf("%d deliveries\nwant 3", len(arrivals))
	}
	if !bytes.Equal(arrivals[0].Bytes, noise(3_000_000)) || !bytes.Equal(arrivals[1].Bytes, noise(1000)) {
		t.Errorf("%d and %d bytes\nwant 3000000, and 1000 without an old tail", len(arrivals[0].Bytes), len(arrivals[1].Bytes))
	}
	if got, want := arrivals[1].Header["modified"], stamp.UTC().Format(time.RFC3339); got != want {
		t.Errorf("modified\ngot  %q\nwant %q", got, want)
	}
	s.mailbox.Put(endpoint, "acme", "997.edi", []byte("ISA*997~"))
	s.scp(s.remote("out/997.edi"), "fetched.edi").clean(t, "scp from out")
	if got := string(s.read("fetched.edi")); got != "ISA*997~" {
		t.Errorf("fetched %q", got)
	}
}

func TestOpenSSHPickUp(t *testing.T) {
	need(t, "sftp")
	s := newShop(t)
	big := noise(10 << 20)
	read := s.mailbox.Put(endpoint, "acme", "997-1.edi", []byte("ISA*1~"))
	removed := s.mailbox.Put(endpoint, "acme", "997-2.edi", []byte("ISA*2~"))
	large := s.mailbox.Put(endpoint, "acme", "big.edi", big)
	unread := s.mailbox.Put(endpoint, "acme", "unread.edi", []byte("ISA*3~"))
	o := s.batch("ls -l out", "get out/997-1.edi", "get out/997-2.edi", "rm out/997-2.edi", "get -p out/big.edi", "rm out/unread.edi")
	o.clean(t, "batch")
	if string(s.read("997-1.edi")) != "ISA*1~" || !bytes.Equal(s.read("big.edi"), big) {
		t.Error("fetched other bytes than were there")
	}
	for id, want := range map[string]string{read: "read", removed: "read", large: "read", unread: "removed-unread"} {
		if got := s.how(id); !slices.Equal(got, []string{want}) {
			t.Errorf("evidence\ngot  %q\nwant %q once", got, want)
		}
	}
	o = s.batch("ls -1 out")
	o.clean(t, "listing")
	if strings.Contains(o.stdout, "edi") {
		t.Errorf("taken documents are listed:\n%s", o.stdout)
	}
	s.mailbox.Put(endpoint, "acme", "a.edi", []byte("a"))
	s.mailbox.Put(endpoint, "acme", "b.edi", []byte("b"))
	s.batch("get out/*", "rm out/*").clean(t, "get * and rm *, none left to remove")
	if string(s.read("a.edi"))+string(s.read("b.edi")) != "ab" {
		t.Error("get * fetched other bytes")
	}
}

// TestOpenSSHKilled is a part of behaviour 4: the client process is killed while it
// uploads.
func TestOpenSSHKilled(t *testing.T) {
	need(t, "sftp")
	s := newShop(t)
	s.write("big.edi", noise(8<<20))
	// 2 Mbit/s: the upload lasts until it is killed.
	args := append(s.sshOptions(true), "-l", "2000", "-P", s.port, "-b", "-", "acme@"+s.host)
	cmd := exec.Command("sftp", args...)
	cmd.Dir = s.dir
	cmd.Stdin = strings.NewReader("put big.edi in/\n")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "bytes in the spool", func() bool { return s.spool.used.Load() > 0 })
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // killed
	eventually(t, "the log line", func() bool { return strings.Contains(s.log.String(), "upload broken off") })
	eventually(t, "an empty spool", func() bool { return len(s.files(t)) == 0 })
	if n := s.handler.Calls(); n != 0 {
		t.Errorf("Accept was called %d times", n)
	}
	o := s.batch("ls -l in")
	o.clean(t, "listing")
	if strings.Contains(o.stdout, "big.edi") {
		t.Errorf("the broken upload is listed:\n%s", o.stdout)
	}
}

// TestParamiko is what a deaf client makes of refusals (behaviour 3) and of a file
// that has moved on (behaviour 6).
func TestParamiko(t *testing.T) {
	python := "/usr/bin/python3" // the system's, which has the system's modules
	need(t, python, "-c", "import paramiko")
	s := newShop(t)
	s.write("po.edi", noise(100_000))
	s.write("client.py", []byte(`import sys, paramiko
host, port, key, how = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
t = paramiko.Transport((host, port))
t.connect(username="acme", pkey=paramiko.Ed25519Key.from_private_key_file(key))
s = paramiko.SFTPClient.from_transport(t)
if how == "put":
    s.put("po.edi", "in/po.edi")
elif how == "noconfirm":
    s.put("po.edi", "in/po.edi", confirm=False)
    s.listdir("in")
elif how == "with":
    with s.open("in/po.edi", "wb") as f:
        f.set_pipelined(True)
        f.write(open("po.edi", "rb").read())
    s.listdir("in")
elif how == "get":
    s.get("out/997.edi", "997.edi")
    s.remove("out/997.edi")
t.close()
`))
	play := func(how string) outcome {
		return s.run("", nil, python, s.path("client.py"), s.host, s.port, s.path("key"), how)
	}
	for _, how := range []string{"put", "noconfirm", "with"} {
		if o := play(how); o.code != 0 {
			t.Errorf("%s: exit status %d, %s", how, o.code, o.stderr)
		}
	}
	if n := len(s.handler.Arrivals()); n != 3 {
		t.Errorf("%d deliveries\nwant 3", n)
	}
	s.handler.Refuse(transports.ErrRefused)
	for _, how := range []string{"put", "noconfirm", "with"} {
		if o := play(how); o.code == 0 {
			t.Errorf("%s: a refusal went unnoticed", how)
		}
	}
	id := s.mailbox.Put(endpoint, "acme", "997.edi", []byte("ISA*997~"))
	if o := play("get"); o.code != 0 || string(s.read("997.edi")) != "ISA*997~" {
		t.Errorf("get: exit status %d, %s", o.code, o.stderr)
	}
	if got, want := s.how(id), []string{"read"}; !slices.Equal(got, want) {
		t.Errorf("evidence\ngot  %q\nwant %q", got, want)
	}
}

// TestLftp covers its temporary names, with the REMOVE before the rename, its
// FSETSTAT of size and times, and its get with removal.
func TestLftp(t *testing.T) {
	need(t, "lftp")
	need(t, "sftp") // lftp drives ssh
	s := newShop(t)
	s.write("po.edi", noise(200_000))
	connect := "ssh -a -x " + strings.Join(s.sshOptions(true), " ")
	play := func(commands string) outcome {
		script := fmt.Sprintf("set sftp:connect-program '%s'; set net:max-retries 1; set cmd:fail-exit yes; "+
			"open -u acme,x sftp://%s:%s; %s; exit", connect, s.host, s.port, commands)
		return s.run("", nil, "lftp", "-c", script)
	}
	for _, commands := range []string{
		"put -O in po.edi",
		"put -O in po.edi", // again
		"set xfer:use-temp-file yes; set xfer:temp-file-name '*.tmp'; put -O in po.edi",
		"cd in; cls -1; cd ../out; cls -1",
	} {
		if o := play(commands); o.code != 0 {
			t.Errorf("%s: exit status %d, %s%s", commands, o.code, o.stdout, o.stderr)
		}
	}
	var names []string
	for _, a := range s.handler.Arrivals() {
		names = append(names, a.Name+" "+a.Header["uploaded-as"])
		if !bytes.Equal(a.Bytes, noise(200_000)) {
			t.Errorf("%s came with other bytes", a.Name)
		}
	}
	if want := []string{"po.edi ", "po.edi ", "po.edi /in/po.edi.tmp"}; !slices.Equal(names, want) {
		t.Errorf("deliveries\ngot  %q\nwant %q", names, want)
	}
	id := s.mailbox.Put(endpoint, "acme", "997.edi", []byte("ISA*997~"))
	if o := play("get -E out/997.edi"); o.code != 0 || string(s.read("997.edi")) != "ISA*997~" {
		t.Errorf("get -E: exit status %d, %s%s", o.code, o.stdout, o.stderr)
	}
	if got, want := s.how(id), []string{"read"}; !slices.Equal(got, want) {
		t.Errorf("evidence\ngot  %q\nwant %q", got, want)
	}
	s.handler.Refuse(transports.ErrRefused)
	if o := play("put -O in po.edi -o refused.edi"); o.code == 0 || !strings.Contains(o.stdout+o.stderr, "refused") {
		t.Errorf("a refusal: exit status %d, %s%s\nwant our text", o.code, o.stdout, o.stderr)
	}
}

// TestCurl is behaviour 15: a refusal is visible to curl by temporary name and rename.
func TestCurl(t *testing.T) {
	need(t, "curl")
	s := newShop(t)
	probe := s.run("", nil, "curl", "-V")
	if !strings.Contains(probe.stdout, "sftp") {
		if os.Getenv("EDIBRIDGE_TEST_REQUIRE") == "all" {
			t.Fatal("curl with sftp is required")
		}
		t.Skip("curl was built without sftp")
	}
	s.write("po.edi", noise(100_000))
	s.write("pub", ssh.MarshalAuthorizedKey(s.signer.PublicKey()))
	// libssh2 1.10 reads ed25519 keys with their public half beside them.
	play := func(args ...string) outcome {
		base := []string{"-sS", "--insecure", "--key", s.path("key"), "--pubkey", s.path("pub"), "-u", "acme:"}
		return s.run("", nil, "curl", append(base, args...)...)
	}
	url := "sftp://" + s.host + ":" + s.port
	if o := play("-T", "po.edi", url+"/in/po.edi"); o.code != 0 {
		t.Fatalf("put: exit status %d, %s", o.code, o.stderr)
	}
	if o := play("-T", "po.edi", url+"/in/po.tmp", "-Q", "-rename /in/po.tmp /in/po2.edi"); o.code != 0 {
		t.Errorf("put and rename: exit status %d, %s", o.code, o.stderr)
	}
	if n := len(s.handler.Arrivals()); n != 2 {
		t.Errorf("%d deliveries\nwant 2", n)
	}
	s.handler.Refuse(transports.ErrRefused)
	if o := play("-T", "po.edi", url+"/in/po.tmp", "-Q", "-rename /in/po.tmp /in/po3.edi"); o.code != 21 {
		t.Errorf("refused at the rename: exit status %d, %s\nwant 21", o.code, o.stderr)
	}
}
