package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/crypto/ssh"

	"github.com/edibridge/edibridge/acknowledge"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/internal/config"
	"github.com/edibridge/edibridge/mappings"
	"github.com/edibridge/edibridge/mappings/celexpr"
	"github.com/edibridge/edibridge/mappings/propose"
	"github.com/edibridge/edibridge/x12"
)

func mappingNew(tables *string) *cobra.Command {
	n := &newPackage{tables: tables}
	cmd := &cobra.Command{
		Use:   "new --from FILE [FILE...]",
		Short: "propose a partner's package from samples",
		Long: `Propose a partner's package from samples of what goes to and fro: partner.yaml with
his identifiers and an agreement for each set and release, a guide of each set that
says what occurs, a mapping layer with rows for what the standard's table leaves, and
a case for each sample. It is tried out before it is written: it passes "check", and
its cases come out as they say.

With edibridge.yaml (-c), what comes from our own identifiers is what we send.
docs/ONBOARDING.md goes through it.

Exit status: 0 written, 2 it could not be made.`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return n.run(cmd, append(n.from, args...))
		},
	}
	configFlag(cmd, &n.config)
	cmd.Flags().StringArrayVar(&n.from, "from", nil, "a file of samples; further ones may follow it")
	cmd.Flags().StringVar(&n.partner, "partner", "", "the partner's name; without it that of --out, or his identifier")
	cmd.Flags().StringVar(&n.out, "out", "", "folder to write; without it partners/PARTNER beside edibridge.yaml")
	cmd.Flags().BoolVar(&n.json, "json", false, "the summary as one JSON object")
	return cmd
}

// newPackage makes one package.
type newPackage struct {
	from                 []string
	tables               *string // folder of tables over the shipped ones
	config, partner, out string
	json                 bool

	self     []bridge.Identifier // ours, as edibridge.yaml has them
	langs    *languages
	judge    judge
	proposal *propose.Proposal
}

func (n *newPackage) run(cmd *cobra.Command, files []string) error {
	if len(files) == 0 {
		return errors.New("no samples: name files by --from")
	}
	if n.partner == "" && n.out != "" {
		n.partner = filepath.Base(n.out)
	}
	if n.partner != "" && n.out != "" && n.partner != filepath.Base(n.out) {
		return fmt.Errorf("the folder of partner %s is called %s: they have to be the same", n.partner, n.partner)
	}
	if err := n.begin(cmd); err != nil {
		return err
	}
	for _, file := range files {
		if err := n.sample(file); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	made, err := n.proposal.Files()
	if err != nil {
		return err
	}
	if n.out == "" {
		n.out = filepath.Join(filepath.Dir(n.config), "partners", n.proposal.Partner())
	}
	if there, err := os.ReadDir(n.out); err == nil && len(there) > 0 {
		return fmt.Errorf("folder %s is not empty", n.out)
	}
	if err := n.write(made); err != nil {
		return err
	}
	if n.json {
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\n", marshal(n.proposal.Summary()))
		return err
	}
	return n.tell(cmd.OutOrStdout(), made)
}

// begin loads what samples are read by. Without edibridge.yaml, unless it was
// asked for, nothing is known of us.
func (n *newPackage) begin(cmd *cobra.Command) error {
	var err error
	if n.langs, err = loadLanguages(""); err != nil {
		return err
	}
	if n.langs.mappings, err = loadMappings(*n.tables); err != nil {
		return err
	}
	n.judge = judge{langs: n.langs}
	var self []edi.Party
	cfg, _, err := config.Load(n.config)
	switch _, missing := os.Stat(n.config); {
	case err == nil:
		for _, id := range cfg.Self {
			self = append(self, edi.Party{Qualifier: id.Qualifier, ID: id.ID})
		}
		n.self = cfg.Self
	case missing == nil || cmd.Flags().Changed("config"):
		return err
	}
	key, err := nobodysKey()
	if err != nil {
		return err
	}
	n.proposal, err = propose.New(propose.Options{Partner: n.partner, Key: key, Self: self, Mappings: n.langs.mappings.With(celexpr.New())})
	return err
}

// nobodysKey is a public key whose private half is forgotten at once.
func nobodysKey() (string, error) {
	public, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", fmt.Errorf("key: %w", err)
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		return "", fmt.Errorf("key: %w", err)
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))), nil
}

// sample reads one file.
func (n *newPackage) sample(name string) error {
	raw, err := os.ReadFile(name)
	if err != nil {
		var pe *fs.PathError
		if errors.As(err, &pe) {
			err = pe.Err // the name stands before it
		}
		return err
	}
	n.proposal.File(name, raw)
	interchanges, junk := 0, ""
	err = walk(bytes.NewReader(raw), func(ev *edi.Event) error {
		switch ev.Kind {
		case edi.BeginInterchange:
			interchanges++
		case edi.Junk:
			junk = hidden(ev)
		case edi.EndMessage:
			return n.message(ev)
		}
		return nil
	})
	if err == nil && interchanges == 0 {
		err = unreadable(junk)
	}
	return err
}

func (n *newPackage) message(ev *edi.Event) error {
	j := n.judge.set(ev)
	var m *mappings.Mapping
	if j.guide != nil {
		m = n.langs.mapping(j.m, "")
	}
	return n.proposal.Message(&propose.Sample{
		Interchange: ev.Interchange, Group: ev.Group, Message: j.m, Guide: j.guide, Match: j.match, Mapping: m,
		Findings: j.findings, Rejected: j.verdict == x12.Rejected, Report: acknowledge.IsReport(ev.Group, j.m),
	})
}

// write lays the package into a bridge of its own, lets its cases become what
// they become, and puts it where it belongs.
func (n *newPackage) write(made map[string][]byte) error {
	home, err := os.MkdirTemp("", "edibridge-new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)
	folder := filepath.Join(home, "partners", n.proposal.Partner())
	for name, text := range made {
		if err := layFile(filepath.Join(folder, filepath.FromSlash(name)), text); err != nil {
			return err
		}
	}
	if err := layFile(filepath.Join(home, "edibridge.yaml"), n.main()); err != nil {
		return err
	}
	cfg, _, err := config.Load(filepath.Join(home, "edibridge.yaml"))
	if err != nil {
		return fmt.Errorf("the package does not hold: %w", err)
	}
	cases, err := caseFolders(folder)
	if err != nil {
		return err
	}
	for _, at := range cases {
		c := &testCase{folder: at, cfg: cfg}
		if err := errors.Join(c.run(), c.update()); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(at), err)
		}
	}
	if err := os.MkdirAll(filepath.Dir(n.out), 0o755); err != nil {
		return err
	}
	return os.CopyFS(n.out, os.DirFS(folder))
}

// main is the edibridge.yaml that the package is tried out with: what it says of
// us is what ours says, since it stands in what is sent.
func (n *newPackage) main() []byte {
	var b bytes.Buffer
	b.WriteString("listeners:\n  sftp: { addr: \"127.0.0.1:0\" }\nself:\n")
	for _, id := range n.self {
		if id.Level == "GS" {
			fmt.Fprintf(&b, "  - %q\n", string(id.Standard)+" GS "+id.ID)
		} else {
			fmt.Fprintf(&b, "  - %q\n", string(id.Standard)+" "+id.Qualifier+"/"+id.ID)
		}
	}
	if len(n.self) == 0 {
		b.WriteString("  - X12 ZZ/EDIBRIDGE\n")
	}
	return b.Bytes()
}

func layFile(name string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, text, 0o644)
}

// mostTold is how many lines of a kind the summary has.
const mostTold = 20

// tell prints what the samples showed and what was written.
func (n *newPackage) tell(w io.Writer, made map[string][]byte) error {
	s := n.proposal.Summary()
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s in %s, %s\n", s.Partner, count(s.Sets, "set"), count(s.Files, "file"), count(s.Reports, "acknowledgment"))
	for _, id := range s.Identifiers {
		fmt.Fprintf(&b, "  %s\n", id)
	}
	fmt.Fprintln(&b, "agreements")
	for _, a := range s.Agreements {
		fmt.Fprintf(&b, "  %-24s %s: %s, %d refused, %s\n", a.Name, a.What, count(a.Sets, "set"), a.Refused, share(a.Mapped, a.Elements))
	}
	var residue, findings, skipped []string
	for _, l := range s.Residue {
		residue = append(residue, fmt.Sprintf("%6d  %s %s  %q", l.Count, l.Set, l.Place, l.Examples))
	}
	for _, f := range s.Findings {
		findings = append(findings, fmt.Sprintf("%6d  %s %s", f.Count, f.Set, f.Finding))
	}
	for _, what := range s.Skipped {
		skipped = append(skipped, "  "+what)
	}
	section(&b, "no row reads", residue)
	section(&b, "found", findings)
	section(&b, "left out", skipped)
	fmt.Fprintf(&b, "written: %s, %s; next: edibridge check, edibridge test %s\n", n.out, count(cases(made), "case"), n.out)
	_, err := io.WriteString(w, b.String())
	return err
}

// section prints lines under a title, the first of many.
func section(b *strings.Builder, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintln(b, title)
	for _, line := range lines[:min(len(lines), mostTold)] {
		fmt.Fprintln(b, line)
	}
	if more := len(lines) - mostTold; more > 0 {
		fmt.Fprintf(b, "  and %d more: --json has all\n", more)
	}
}

// cases counts those of a package.
func cases(made map[string][]byte) int {
	n := 0
	for name := range made {
		if strings.HasPrefix(name, "cases/") {
			n++
		}
	}
	return n
}
