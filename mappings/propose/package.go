package propose

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
)

// file is one sample file.
type file struct {
	name      string
	raw       []byte
	parts     []part // interchanges that hold messages, in their order
	documents []sent
}

// part is one interchange of a file.
type part struct {
	offset int64
	ours   bool
}

// sent is a document that we sent, under the agreement that is made of its set.
type sent struct {
	set      *set
	mode     edi.Mode
	document canonical.Document
}

// File begins a file of samples: what follows is in it.
func (p *Proposal) File(name string, raw []byte) {
	p.files = append(p.files, &file{name: name, raw: raw})
}

func (f *file) part(ic *edi.Interchange, ours bool) {
	if n := len(f.parts); n == 0 || f.parts[n-1].offset != ic.Offset {
		f.parts = append(f.parts, part{ic.Offset, ours})
	}
}

// received is what the partner sent of a file.
func (f *file) received() []byte {
	var b bytes.Buffer
	for i, part := range f.parts {
		end := int64(len(f.raw))
		if i+1 < len(f.parts) {
			end = f.parts[i+1].offset
		}
		if !part.ours {
			b.Write(f.raw[part.offset:end])
		}
	}
	return b.Bytes()
}

// agreement is one agreement of the partner: a set in a mode.
type agreement struct {
	name string
	set  *set
	mode edi.Mode
}

// agreements have a name each: that of the documents' kind, and as much more as
// tells them apart.
func (p *Proposal) agreements() []agreement {
	var all []agreement
	taken := map[string]bool{}
	for _, t := range p.sets {
		if t.ours && t.mapping == nil { // nothing could be sent
			continue
		}
		for _, mode := range t.modes {
			name := strings.ToLower(t.code)
			if t.mapping != nil {
				name = kebab(t.mapping.Kind())
			}
			if mode != edi.Production {
				name += "-" + string(mode)
			}
			if t.ours {
				name = "our-" + name
			}
			for _, more := range []string{strings.ToLower(t.code), nameOf(t.release)} {
				if taken[name] {
					name += "-" + more
				}
			}
			taken[name] = true
			all = append(all, agreement{name, t, mode})
		}
	}
	return all
}

// kebab is a kind as a name: "shipment-notice".
func kebab(kind string) string {
	var b strings.Builder
	for _, r := range kind {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte('-')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Files is the package, by path within the partner's folder. What cases become
// is not in it: it is made by running them. Errors are [ErrPartner] and
// [ErrNothing].
func (p *Proposal) Files() (map[string][]byte, error) {
	switch {
	case len(p.agreements()) == 0:
		return nil, fmt.Errorf("%w (%s)", ErrNothing, cmp.Or(strings.Join(p.skipped, "; "), counted(p.reports, "acknowledgment")))
	case p.name == "":
		return nil, ErrPartner
	}
	files := map[string][]byte{
		"partner.yaml":                []byte(p.partnerText()),
		"guides/" + p.name + ".guide": []byte(p.guidesText()),
		"mappings/" + p.name + ".map": []byte(p.mappingsText()),
	}
	for _, f := range p.files {
		if err := p.cases(f, files); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// cases are those of one file: what was received of it, and what we sent.
func (p *Proposal) cases(f *file, files map[string][]byte) error {
	free := func(name string) string {
		for n := 1; ; n++ {
			at := "cases/" + name
			if n > 1 {
				at += "-" + strconv.Itoa(n)
			}
			if files[at+"/in.edi"] == nil && files[at+"/canonical.json"] == nil {
				return at
			}
		}
	}
	name := cmp.Or(nameOf(strings.TrimSuffix(path.Base(f.name), path.Ext(f.name))), "sample")
	if raw := f.received(); len(raw) > 0 {
		files[free(name)+"/in.edi"] = raw
	}
	if len(f.documents) == 0 {
		return nil
	}
	var documents []json.RawMessage
	for _, s := range f.documents {
		i := slices.IndexFunc(p.agreements(), func(a agreement) bool { return a.set == s.set && a.mode == s.mode })
		s.document.Head().Agreement = p.agreements()[i].name
		one, err := canonical.Encode(s.document, nil, nil)
		if err != nil {
			return fmt.Errorf("propose: %s: %w", f.name, err)
		}
		documents = append(documents, one)
	}
	text, err := json.MarshalIndent(documents, "", "  ")
	if err != nil {
		return fmt.Errorf("propose: %s: %w", f.name, err)
	}
	files[free(name+"-sent")+"/canonical.json"] = append(text, '\n')
	return nil
}

// partnerText is partner.yaml.
func (p *Proposal) partnerText() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Proposed from %s: look at each line before the partner uses it.\npartner: %s\nname: %s\n\n# As envelopes name him.\nidentifiers:\n",
		counted(len(p.files), "file"), p.name, p.name)
	for _, id := range p.senders {
		fmt.Fprintf(&b, "  - %s\n", scalar(string(id)))
	}
	fmt.Fprintf(&b, "\n# Nobody has the private half of this key: put the partner's own here.\naccess:\n  sftp:\n    user: %s\n    keys: [%s]\n\nagreements:\n",
		p.name, scalar(p.opt.Key))
	for _, a := range p.agreements() {
		verb := "receive"
		if a.set.ours {
			verb = "send"
		}
		fmt.Fprintf(&b, "  %s:\n    %s: %s\n    guide: %s\n", a.name, verb,
			scalar(fmt.Sprintf("%s %s %s %s", a.set.standard, a.set.code, a.set.release, a.mode)), a.set.language(p.name))
		if a.set.mapping != nil {
			fmt.Fprintf(&b, "    mapping: %s\n", a.set.language(p.name))
		}
		if !a.set.ours {
			b.WriteString("    # events: [erp]            # an endpoint of edibridge.yaml\n")
		}
		if a.set.refused > 0 && !a.set.ours {
			fmt.Fprintf(&b, "    # accept: with-errors      # %d of %s would be refused: findings.txt of the cases\n", a.set.refused, counted(a.set.sets, "sample"))
		}
	}
	return b.String()
}

// scalar is a text as YAML, in quotes where it needs them.
func scalar(s string) string {
	if strings.ContainsAny(s, "\"'#{}[],&*!|>%@`\\") || strings.Contains(s, ": ") || s != strings.TrimSpace(s) {
		return strconv.Quote(s)
	}
	return s
}

func (p *Proposal) guidesText() string {
	var b strings.Builder
	b.WriteString("# Proposed from samples. Lines say what occurs; \"severity info\" notes what is otherwise\n# and refuses nothing: take it away where the partner means it. Lines behind a sign would\n# let something pass: take the sign away when that is agreed.\n")
	for _, t := range p.sets {
		b.WriteString("\n" + t.guideText(p.name))
	}
	return b.String()
}

// mappingsText is a layer for each set that has a table, with a row, in a
// comment, for each value that the table leaves.
func (p *Proposal) mappingsText() string {
	var b strings.Builder
	b.WriteString("# Proposed from samples. What no row of the standard's table reads stands below, the most\n# frequent first, with a row that would read it: take the sign away, and give the member\n# a name of your own. Rows of one array replace the standard's: docs/MAPPINGS.md, \"Layers\".\n")
	for _, t := range p.sets {
		if t.mapping == nil {
			continue
		}
		fmt.Fprintf(&b, "\nmapping %s extends %s\n", t.language(p.name), t.mapping.Name())
		if len(t.left) == 0 {
			b.WriteString("# Every value of the samples is read.\n")
			continue
		}
		for _, l := range p.residue(t) {
			b.WriteString("\n" + wrapped("# "+l.Place+":", append([]string{counted(l.Count, "time") + ",", "for", "example"}, quoted(l.Examples)...)))
			if l.Row != "" {
				fmt.Fprintf(&b, "# %s\n", l.Row)
			} else {
				b.WriteString("# No row that holds alone reads it: it stays in the residue.\n")
			}
		}
	}
	return b.String()
}

func quoted(texts []string) []string {
	all := make([]string, len(texts))
	for i, t := range texts {
		all[i] = strconv.Quote(t)
	}
	return all
}
