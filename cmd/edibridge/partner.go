package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/sqlstore"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edifact"
	"github.com/edibridge/edibridge/internal/config"
	"github.com/edibridge/edibridge/x12"
)

func partnerCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "partner",
		Short: "the trading partners of the configuration, and files for new ones",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(partnerListCommand(), partnerShowCommand(), partnerTrafficCommand(), partnerProposeCommand())
	return cmd
}

// partnerSeen is one line of "partner list --json", and what "partner show --json" prints.
type partnerSeen struct {
	Partner     string          `json:"partner"`
	Name        string          `json:"name"`
	Identifiers []string        `json:"identifiers"`
	Access      []string        `json:"access"` // "sftp acme"
	Agreements  []agreementSeen `json:"agreements"`
}

type agreementSeen struct {
	Name      string   `json:"name"`
	Direction string   `json:"direction"` // receive, send, file
	About     string   `json:"about"`     // "X12 850 004010", "*.pdf"
	Mode      edi.Mode `json:"mode"`
	To        []string `json:"to"` // endpoints
	Guide     string   `json:"guide"`
	Mapping   string   `json:"mapping"`
}

func seePartner(p *bridge.Partner) partnerSeen {
	seen := partnerSeen{Partner: p.ID, Name: p.Name, Identifiers: []string{}, Access: []string{}, Agreements: []agreementSeen{}}
	for _, id := range p.Identifiers {
		seen.Identifiers = append(seen.Identifiers, config.IdentifierText(id))
	}
	for _, a := range p.Access {
		seen.Access = append(seen.Access, a.Endpoint+" "+a.Peer)
	}
	about := func(parts ...string) string { return strings.Join(parts, " ") }
	for _, a := range p.Agreements {
		seen.Agreements = append(seen.Agreements, agreementSeen{a.Name, "receive", about(string(a.Standard), a.Set, a.Release), a.Mode,
			list(a.Events), a.Guide, a.Mapping})
	}
	for _, d := range p.Dispatches {
		seen.Agreements = append(seen.Agreements, agreementSeen{d.Name, "send", about(string(d.Standard), d.Set, d.Release), d.Mode,
			[]string{d.To}, d.Guide, d.Mapping})
	}
	for _, r := range p.Routes {
		seen.Agreements = append(seen.Agreements, agreementSeen{Name: r.Name, Direction: "file", About: r.Pattern, Mode: r.Mode, To: []string{r.To}})
	}
	slices.SortFunc(seen.Agreements, func(a, b agreementSeen) int { return strings.Compare(a.Name, b.Name) })
	return seen
}

func (p *partnerSeen) print(w io.Writer) {
	fmt.Fprintf(w, "%s  %s\n", p.Partner, p.Name)
	for _, id := range p.Identifiers {
		fmt.Fprintf(w, "   is     %s\n", id)
	}
	for _, a := range p.Access {
		fmt.Fprintf(w, "   comes  %s\n", a)
	}
	for _, a := range p.Agreements {
		fmt.Fprintf(w, "   %-8s%s: %s %s", a.Direction, a.Name, a.About, a.Mode)
		if len(a.To) > 0 {
			fmt.Fprintf(w, " -> %s", strings.Join(a.To, ", "))
		}
		fmt.Fprintln(w)
	}
}

func partnerListCommand() *cobra.Command {
	var file string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "list the partners",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, _, err := config.Load(file)
			if err != nil {
				return err
			}
			for _, p := range cfg.Partners {
				seen := seePartner(p)
				if asJSON {
					fmt.Fprintf(cmd.OutOrStdout(), "%s\n", marshal(seen))
					continue
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%-20s %-30s %s, %s\n", p.ID, p.Name, count(len(seen.Identifiers), "identifier"), count(len(seen.Agreements), "agreement"))
			}
			return nil
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object each")
	return cmd
}

func partnerShowCommand() *cobra.Command {
	var file string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show PARTNER",
		Short: "show who a partner is, how it comes, and what is agreed",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, _, err := config.Load(file)
			if err != nil {
				return err
			}
			i := slices.IndexFunc(cfg.Partners, func(p *bridge.Partner) bool { return p.ID == args[0] })
			if i < 0 {
				return &exitError{exitNo, fmt.Errorf("there is no partner %q", args[0])}
			}
			seen := seePartner(cfg.Partners[i])
			if asJSON {
				fmt.Fprintf(cmd.OutOrStdout(), "%s\n", marshal(seen))
				return nil
			}
			seen.print(cmd.OutOrStdout())
			return nil
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

func partnerProposeCommand() *cobra.Command {
	var file, out string
	cmd := &cobra.Command{
		Use:   "propose TRANSMISSION",
		Short: "write a partner's file for the unknown sender of a quarantined one",
		Long: `Read a quarantined transmission again and write partners/ID/partner.yaml for each
sender in it whom no partner is: identifiers, by whose login it came, sets,
releases and mode as they were seen, and in comments what a person has to decide.
The file holds together with the configuration as it is. Then: decide,
"edibridge check", "edibridge activate", "edibridge dead retry TRANSMISSION".

A file that is there already is not written over.

Exit status: 0 written, 1 there is no such quarantined transmission, or nobody
unknown in it.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return proposePartner(cmd, file, out, bridge.ID(strings.ToUpper(args[0])))
		},
	}
	configFlag(cmd, &file)
	cmd.Flags().StringVar(&out, "out", "", "folder below which partners/ID is made (default: that of the configuration)")
	return cmd
}

func proposePartner(cmd *cobra.Command, file, out string, id bridge.ID) error {
	cfg, sys, err := config.Load(file)
	if err != nil {
		return err
	}
	if out == "" {
		out = filepath.Dir(file)
	}
	var t bridge.Transmission
	err = withStore(cmd.Context(), file, func(q bridge.Query) (err error) {
		t, err = q.Transmission(cmd.Context(), id)
		return err
	})
	switch {
	case errors.Is(err, bridge.ErrNotFound):
		return &exitError{exitNo, fmt.Errorf("%s: there is no such transmission", id)}
	case err != nil:
		return err
	case t.State != bridge.Quarantined || t.Kind != bridge.KindFile:
		return &exitError{exitNo, fmt.Errorf("%s is %s: only a quarantined file gives a proposal", id, t.State)}
	}
	seen, err := observe(cmd.Context(), cfg, sys, &t)
	if err != nil {
		return err
	}
	if len(seen) == 0 {
		return &exitError{exitNo, fmt.Errorf("%s: whoever sends in it is known; it is quarantined because: %s", id, t.Reason)}
	}
	for i := range seen {
		p := config.Propose(cfg, &seen[i])
		name := filepath.Join(out, "partners", p.Partner, "partner.yaml")
		if err := writeNew(name, p.Text); err != nil {
			return err
		}
		cfg.Partners = append(cfg.Partners, &bridge.Partner{ID: p.Partner, Identifiers: []bridge.Identifier{seen[i].Sender}})
		fmt.Fprintln(cmd.OutOrStdout(), name)
	}
	return nil
}

// writeNew writes a file that is not there yet, in a folder of its own.
func writeNew(name string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Close())
}

// observe reads the archived file and gives what was seen of each sender in it
// whom no partner is.
func observe(ctx context.Context, cfg *bridge.Configuration, sys *config.System, t *bridge.Transmission) ([]config.Observation, error) {
	bodies, done, err := readArchive(ctx, sys)
	if err != nil {
		return nil, err
	}
	defer done()
	body, err := bodies.Get(ctx, t.Body)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	o := observer{cfg: cfg, t: t}
	for _, p := range cfg.Partners {
		if slices.Contains(p.Access, bridge.Access{Endpoint: t.Endpoint, Peer: t.Peer}) && o.via == "" && cfg.Endpoints[p.ID+"-mailbox"].Peer == t.Peer {
			o.via = p.ID
		}
	}
	return o.read(edi.NewWalker(body, edi.Limits{Segment: cfg.Limits.Segment, Message: cfg.Limits.Message}, x12.Syntax{}, edifact.Syntax{}))
}

// observer gathers observations of one file.
type observer struct {
	cfg *bridge.Configuration
	t   *bridge.Transmission
	via string
	all []config.Observation
}

// maxObserved bounds the senders of one file that are proposed.
const maxObserved = 100

func (o *observer) read(w *edi.Walker) ([]config.Observation, error) {
	var now *config.Observation // of the interchange that is read
	for {
		ev, err := w.Next()
		if err == io.EOF {
			return o.all, nil
		}
		if err != nil {
			return nil, err
		}
		switch {
		case ev.Kind == edi.BeginInterchange:
			now = o.begin(ev.Interchange)
		case now == nil:
		case ev.Kind == edi.BeginGroup:
			if g := ev.Group.Sender; ev.Interchange.Standard == edi.X12 && g != "" && !slices.Contains(now.Groups, g) && len(now.Groups) < maxObserved {
				now.Groups = append(now.Groups, g)
			}
		case ev.Kind == edi.EndMessage:
			o.document(now, ev.Interchange, ev.Message)
		}
	}
}

// begin finds, or begins, the observation of an interchange's sender; nil when
// that is known.
func (o *observer) begin(ic *edi.Interchange) *config.Observation {
	sender := identifierOf(ic.Standard, ic.Sender)
	for _, p := range o.cfg.Partners {
		if slices.ContainsFunc(p.Identifiers, func(id bridge.Identifier) bool { return covers(id, sender) }) {
			return nil
		}
	}
	i := slices.IndexFunc(o.all, func(s config.Observation) bool { return s.Sender == sender })
	if i < 0 {
		if len(o.all) == maxObserved || ic.Sender.ID == "" {
			return nil
		}
		o.all = append(o.all, config.Observation{Transmission: string(o.t.ID), File: o.t.Name, Endpoint: o.t.Endpoint, Peer: o.t.Peer, Via: o.via, Sender: sender})
		i = len(o.all) - 1
	}
	receiver := identifierOf(ic.Standard, ic.Receiver)
	ours := slices.ContainsFunc(o.cfg.Self, func(id bridge.Identifier) bool { return covers(id, receiver) })
	if !ours && !slices.Contains(o.all[i].Strangers, receiver) && len(o.all[i].Strangers) < maxObserved {
		o.all[i].Strangers = append(o.all[i].Strangers, receiver)
	}
	return &o.all[i]
}

// document counts one document. Acknowledgments need no agreement.
func (o *observer) document(now *config.Observation, ic *edi.Interchange, m *edi.Message) {
	if slices.Contains([]string{"997", "999", "CONTRL"}, m.Set) {
		return
	}
	release := m.Version
	if parts := strings.Split(release, ":"); m.Standard == edi.EDIFACT && len(parts) > 2 {
		release = strings.Join(parts[:2], ":")
	}
	seen := config.ObservedDocument{Standard: m.Standard, Set: m.Set, Release: release, Mode: ic.Mode, Count: 1}
	for i := range now.Documents {
		d := &now.Documents[i]
		if d.Standard == seen.Standard && d.Set == seen.Set && d.Release == seen.Release && d.Mode == seen.Mode {
			d.Count++
			return
		}
	}
	if len(now.Documents) < maxObserved {
		now.Documents = append(now.Documents, seen)
	}
}

func identifierOf(s edi.Standard, p edi.Party) bridge.Identifier {
	if s == edi.EDIFACT {
		return bridge.Identifier{Standard: s, Level: "UNB", Qualifier: p.Qualifier, ID: p.ID, Sub: p.Sub}
	}
	return bridge.Identifier{Standard: s, Level: "ISA", Qualifier: p.Qualifier, ID: p.ID}
}

// covers reports whether an identifier of a configuration names what was seen.
func covers(id, seen bridge.Identifier) bool {
	if id.Sub == "" {
		seen.Sub = ""
	}
	return id == seen
}

// readArchive opens the archive for reading, beside a bridge that runs.
func readArchive(ctx context.Context, sys *config.System) (bridge.Bodies, func() error, error) {
	store, err := openStore(ctx, sys, sqlstore.Options{ReadOnly: true})
	if err != nil {
		return nil, nil, err
	}
	dir, err := archive.OpenDir(sys.Archive(), archive.DirOptions{ReadOnly: true})
	if err != nil {
		return nil, nil, errors.Join(err, store.Close())
	}
	return archive.New(dir, archive.Options{Known: store.Body}), func() error { return errors.Join(dir.Close(), store.Close()) }, nil
}
