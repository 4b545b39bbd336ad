package propose

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/mappings"
)

// Options are what a proposal begins with.
type Options struct {
	// Partner is his name in the bridge: lower case letters, digits, hyphens. "":
	// it is made from his first identifier.
	Partner string
	// Key is the public key of the login that is proposed, a line of an
	// authorized_keys file. Files that the partner sends need a way in.
	Key string
	// Self are our own identifiers: what comes from them is what we send.
	Self []edi.Party
	// Mappings are the tables that proposed rows are tried over.
	Mappings *mappings.Library
}

// Sample is one message of a file, judged by the guide of its set.
type Sample struct {
	Interchange *edi.Interchange
	Group       *edi.Group
	Message     *edi.Message
	Guide       *guide.Guide      // nil: there is none for the set
	Match       *guide.Match      // nil: not matched
	Mapping     *mappings.Mapping // nil: there is none for the set
	Findings    []edi.Finding
	Rejected    bool // a partner would be told that it is not accepted
	Report      bool // an acknowledgment: no agreement is about it
}

// Errors of samples that no one package can be made of.
var (
	ErrPartner = errors.New("propose: no name for the partner")
	ErrNothing = errors.New("propose: the samples hold no set that an agreement could be about")
	ErrName    = errors.New("propose: the name of a partner has lower case letters, digits and hyphens, at most 63")
)

// Proposal grows with samples. It is not safe for concurrent use.
type Proposal struct {
	opt     Options
	name    string
	senders []party // of partner and group, in the order of appearance
	sets    []*set
	files   []*file
	skipped []string // what no agreement is about, "850 004010: no guide"
	reports int
}

// party is one identifier as partner.yaml writes it.
type party string

// nameForm is what partners are called in a bridge.
var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// New begins a proposal. The error is [ErrName].
func New(opt Options) (*Proposal, error) {
	if opt.Partner != "" && !nameForm.MatchString(opt.Partner) {
		return nil, fmt.Errorf("%w: %q", ErrName, opt.Partner)
	}
	return &Proposal{opt: opt, name: opt.Partner}, nil
}

// Partner is the partner's name, "" while no sample told one.
func (p *Proposal) Partner() string { return p.name }

// Message takes in one message of the file that [Proposal.File] named last.
func (p *Proposal) Message(s *Sample) error {
	ours := slices.ContainsFunc(p.opt.Self, func(id edi.Party) bool {
		return id.Qualifier == s.Interchange.Sender.Qualifier && id.ID == s.Interchange.Sender.ID
	})
	if !p.meet(s, ours) {
		p.skip(s, "the envelope does not say who speaks to whom, or whether it is a test")
		return nil
	}
	f := p.files[len(p.files)-1]
	f.part(s.Interchange, ours)
	switch {
	case s.Report:
		p.reports++
		return nil
	case s.Guide == nil || s.Match == nil:
		p.skip(s, "there is no guide")
		return nil
	case s.Mapping == nil:
		p.skip(s, "there is no mapping")
	}
	t := p.set(s, ours)
	t.count(s)
	if s.Mapping == nil {
		return nil
	}
	r, err := s.Mapping.In(mappings.FromMessage(s.Message, s.Guide, s.Match), mappings.InOptions{Residue: true})
	if err != nil {
		return fmt.Errorf("propose: %s: %w", s.Message.Path, err)
	}
	t.read(s, r)
	if ours && !s.Rejected {
		f.documents = append(f.documents, sent{t, s.Interchange.Mode, document(r.Document)})
	}
	return nil
}

// document is what we would have handed over to be sent: without what the
// envelope and the table say.
func document(d canonical.Document) canonical.Document {
	h := d.Head()
	h.Standard, h.Release, h.TransactionSet, h.Controls = "", "", "", canonical.Controls{}
	return d
}

func (p *Proposal) skip(s *Sample, why string) {
	text := fmt.Sprintf("%s %s %s: %s", s.Message.Standard, s.Message.Set, release(s.Message, false), why)
	if !slices.Contains(p.skipped, text) {
		p.skipped = append(p.skipped, text)
	}
}

// identifier is what partner.yaml takes for one.
var identifier = regexp.MustCompile(`^[!-~]([ -~]{0,33}[!-~])?$`)

// meet notes whom the envelopes name, and makes a name of it; false where they
// name nobody.
func (p *Proposal) meet(s *Sample, ours bool) bool {
	him, group := s.Interchange.Sender, ""
	if s.Group != nil {
		group = s.Group.Sender
	}
	if ours {
		him = s.Interchange.Receiver
		if s.Group != nil {
			group = s.Group.Receiver
		}
	}
	mode := s.Interchange.Mode
	if !identifier.MatchString(him.ID) || mode != edi.Production && mode != edi.Test && mode != edi.Information {
		return false
	}
	standard := string(s.Interchange.Standard)
	p.know(party(standard + " " + him.Qualifier + "/" + him.ID))
	if s.Interchange.Standard == edi.X12 && len(group) <= 15 && identifier.MatchString(group) {
		p.know(party(standard + " GS " + group))
	}
	if p.name == "" {
		p.name = nameOf(him.ID)
	}
	return true
}

func (p *Proposal) know(id party) {
	if !slices.Contains(p.senders, id) {
		p.senders = append(p.senders, id)
	}
}

// nameOf makes a name of an identifier or a file's name; "" when nothing is left
// of it.
func nameOf(text string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(text) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() == 63 {
			break
		}
	}
	return strings.Trim(b.String()[:min(b.Len(), 63)], "-")
}

// release is that of a message as an agreement says it: of what is received, as
// much as tells the guide; of what we send, all of it.
func release(m *edi.Message, whole bool) string {
	switch {
	case whole:
		return m.Version
	case m.Standard == edi.X12:
		return m.Version[:min(6, len(m.Version))]
	}
	if parts := strings.SplitN(m.Version, ":", 3); len(parts) > 2 {
		return parts[0] + ":" + parts[1]
	}
	return m.Version
}
