package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/crypto/ssh"

	"github.com/edibridge/edibridge/internal/config"
	"github.com/edibridge/edibridge/transports/sftp"
)

func demoCommand() *cobra.Command {
	var once, verbose bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "the whole bridge in a temporary folder, played by simulated partners over the real protocols",
		Long: `Starts a bridge with its SFTP server in a temporary folder. Made-up partners
drop purchase orders over the real protocol, X12 and EDIFACT, fetch their
acknowledgments, and an application receives the signed order events. Then the bridge stays up, so that
you can drop files with your own client. Ctrl-C stops it and removes the folder.

With --once every step of the story is checked from outside, by SFTP, by HTTP and
by this command line; the last line counts the checks.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			log := slog.New(slog.DiscardHandler)
			if verbose {
				log = slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
			}
			return demo(cmd.Context(), cmd.OutOrStdout(), log, once)
		},
	}
	cmd.Flags().BoolVar(&once, "once", false, "play the story, check each step, and exit")
	cmd.Flags().BoolVarP(&verbose, "verbose", "v", false, "the bridge's own log on standard error")
	return cmd
}

// stage is where the demo plays: a folder, the partners, the application,
// and a bridge that runs on its own configuration file.
type stage struct {
	dir      string
	out      io.Writer
	acme     *simPartner
	globex   *simPartner
	nordwind *simPartner
	app      *simApp
	running  *running
	stop     context.CancelFunc
	ended    chan error
	checks   *checks
}

// checks counts what held and what did not.
type checks struct {
	out            io.Writer
	passed, failed int
}

// that notes one check: err nil holds.
func (c *checks) that(what string, err error) {
	if err == nil {
		c.passed++
		fmt.Fprintf(c.out, "  ok    %s\n", what)
		return
	}
	c.failed++
	fmt.Fprintf(c.out, "  FAIL  %s: %v\n", what, err)
}

func demo(ctx context.Context, out io.Writer, log *slog.Logger, once bool) error {
	dir, err := os.MkdirTemp("", "edibridge-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s := &stage{dir: dir, out: out, checks: &checks{out: out}}
	if err := s.open(ctx, log); err != nil {
		return errors.Join(err, s.close())
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // a bridge that ends early ends the story
		err := <-s.ended
		s.ended <- err
		cancel()
	}()
	if err := s.play(ctx); err != nil {
		return errors.Join(err, s.close())
	}
	if once {
		s.outside(ctx)
		return s.finish()
	}
	s.invite()
	<-ctx.Done()
	return s.close()
}

// finish stops the bridge as an operator would and tells how the checks came out.
func (s *stage) finish() error {
	s.checks.that("the bridge stops when it is told to", s.close())
	fmt.Fprintf(s.out, "demo: %d checks passed, %d failed\n", s.checks.passed, s.checks.failed)
	if s.checks.failed > 0 {
		return &exitError{status: exitNo}
	}
	return nil
}

// open writes a configuration, as a person would, and starts a bridge on it.
func (s *stage) open(ctx context.Context, log *slog.Logger) error {
	secret, err := newSecret()
	if err != nil {
		return err
	}
	if s.app, err = newApp(secret); err != nil {
		return err
	}
	if err := s.configure(secret); err != nil {
		return err
	}
	cfg, sys, err := config.Load(s.file())
	if err != nil {
		return err
	}
	if s.running, err = assemble(ctx, cfg, sys, log, around{}); err != nil {
		return err
	}
	host, err := sftp.LoadOrCreateHostKeys(sys.SFTP[0].HostKeys)
	if err != nil {
		return err
	}
	for _, p := range []*simPartner{s.acme, s.globex, s.nordwind} {
		p.addr = s.running.addr().String()
		p.host = host[0].PublicKey()
	}
	// The bridge outlives an interrupt until close has told it to stop.
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.stop, s.ended = stop, make(chan error, 1)
	go func() { s.ended <- s.running.run(run) }()
	return nil
}

func (s *stage) close() error {
	var errs []error
	if s.stop != nil {
		s.stop()
		errs = append(errs, <-s.ended)
		s.ended <- nil
	}
	if s.running != nil {
		errs = append(errs, s.running.close())
	}
	if s.app != nil {
		errs = append(errs, s.app.close())
	}
	return errors.Join(errs...)
}

func (s *stage) file() string { return filepath.Join(s.dir, "edibridge.yaml") }

// newSecret draws a webhook signing secret after Standard Webhooks.
func newSecret() (string, error) {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		return "", err
	}
	return "whsec_" + base64.StdEncoding.EncodeToString(b), nil
}

const demoMain = `# The demo's bridge. "edibridge init DIR" writes one of your own.
data: data
self: [X12 ZZ/EDIBRIDGE, X12 GS EDIBRIDGE, EDIFACT 14/4000000000006]
listeners:
  sftp: { addr: "127.0.0.1:0", hostKeys: keys/host }
endpoints:
  app:
    webhook: { url: "%s", secrets: [file:keys/app.secret], allowPrivate: true }
    retry: { base: 200ms, max: 5s, attempts: 10 }
`

const demoPartner = `partner: %[1]s
name: %[2]s
identifiers: [X12 ZZ/%[3]s, X12 GS %[3]s]
access:
  sftp: { user: %[1]s, keys: [file:../keys/%[1]s.pub] }
acknowledge: { with: "997" }
agreements:
  orders: { receive: X12 850 004010 production, events: [app] }
  ship-notices: { send: X12 856 004010 production, envelope: { lineBreak: lf }, expect: { acknowledgment: "997", within: 24h } }
  invoices: { send: X12 810 004010 production, envelope: { lineBreak: lf }, expect: { acknowledgment: "997", within: 24h }, events: [app] }
`

// demoFiles is what else is agreed with ACME: drawings go to Globex as they are.
const demoFiles = `  drawings: { receive: "file *.pdf", to: globex-mailbox }
`

// demoEDIFACT is a partner who sends EDIFACT.
const demoEDIFACT = `partner: nordwind
name: Nordwind Grosshandel
identifiers: [EDIFACT 14/4012345000009]
access:
  sftp: { user: nordwind, keys: [file:../keys/nordwind.pub] }
acknowledge: {}
agreements:
  orders: { receive: EDIFACT ORDERS D96A production, events: [app] }
`

// configure writes what a bridge with three partners needs.
func (s *stage) configure(secret string) error {
	for _, d := range []string{"partners", "keys", "samples"} {
		if err := os.MkdirAll(filepath.Join(s.dir, d), 0o700); err != nil {
			return err
		}
	}
	files := map[string]string{
		"edibridge.yaml":         fmt.Sprintf(demoMain, s.app.url),
		"keys/app.secret":        secret + "\n",
		"partners/acme.yaml":     fmt.Sprintf(demoPartner, "acme", "ACME Retail", "ACMERETAIL") + demoFiles,
		"partners/globex.yaml":   fmt.Sprintf(demoPartner, "globex", "Globex Stores", "GLOBEX"),
		"partners/nordwind.yaml": demoEDIFACT,
	}
	for name, body := range s.samples() {
		files[filepath.Join("samples", name)] = string(body)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	var err error
	if s.acme, err = s.partner("acme"); err != nil {
		return err
	}
	if s.globex, err = s.partner("globex"); err != nil {
		return err
	}
	s.nordwind, err = s.partner("nordwind")
	return err
}

// samples are files to try with one's own client.
func (s *stage) samples() map[string][]byte {
	return map[string][]byte{
		"order-4800.edi": story850("ACMERETAIL", "EDIBRIDGE", 1001, storyOrder{po: "4800", lines: 3}),
		"one-bad-of-three.edi": story850("ACMERETAIL", "EDIBRIDGE", 1002, storyOrder{po: "4801", lines: 1},
			storyOrder{po: "4802", lines: 2, bad: true}, storyOrder{po: "4803", lines: 1}),
		"not-edi.txt": []byte("Dear supplier, please find our order attached.\n"),
	}
}

// partner makes a partner with a key pair of its own.
func (s *stage) partner(user string) (*simPartner, error) {
	signer, priv, err := newKey()
	if err != nil {
		return nil, err
	}
	block, err := ssh.MarshalPrivateKey(priv, user)
	if err != nil {
		return nil, err
	}
	name := filepath.Join(s.dir, "keys", user)
	if err := os.WriteFile(name, pem.EncodeToMemory(block), 0o600); err != nil {
		return nil, err
	}
	if err := os.WriteFile(name+".pub", ssh.MarshalAuthorizedKey(signer.PublicKey()), 0o600); err != nil {
		return nil, err
	}
	return &simPartner{user: user, key: signer}, nil
}

// invite says how to try it with one's own client.
func (s *stage) invite() {
	host, port := splitAddr(s.running.addr().String())
	fmt.Fprintf(s.out, `
edibridge is running.
Drop your own file:   sftp -P %s -i %s -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null acme@%s
                      put FILE in/      ls out/      get out/NAME
Samples:              %s
What happened to it:  edibridge trace 4800 -c %s
Ctrl-C stops it and removes %s
`, port, filepath.Join(s.dir, "keys", "acme"), host, filepath.Join(s.dir, "samples"), s.file(), s.dir)
}

// patience is how long the story waits for a step that takes milliseconds.
const patience = 20 * time.Second
