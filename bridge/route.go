package bridge

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"
	"unicode"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edifact"
	"github.com/edibridge/edibridge/x12"
)

// Route says where a partner's files go that are moved as they are: flat files,
// PDFs, images, formats of the partner's own. Nothing is read from them.
type Route struct {
	Name    string // within the partner: "drawings"
	Partner string
	// Pattern is one of [path.Match], over the file's name without folders, upper
	// and lower case alike.
	Pattern string
	Mode    edi.Mode // production, test; "" either
	To      string   // endpoint
	// EDI: a file that holds an interchange is moved too. Without it such a file
	// is translated, as if there were no Route.
	EDI bool
	// FileName names the file as it goes out, in the words of [FileName]; "": as it came.
	FileName string
	// Repeated says what becomes of the same bytes again: "ignore" (also when
	// empty), "accept". An empty file is never a repetition.
	Repeated  string
	OnDead    OnDead
	Retention string // class; "" the default one
}

// maxPeek is how many bytes of a file are looked into to tell whether it is EDI.
const maxPeek = 64 << 10

// baseName is a peer's file name without its folders, whichever way those are written.
func baseName(name string) string {
	return path.Base(path.Clean("/" + strings.ReplaceAll(name, `\`, "/")))
}

// fits reports whether a file of that name is the Route's.
func (r *Route) fits(name string) bool {
	ok, err := path.Match(strings.ToLower(r.Pattern), strings.ToLower(baseName(name)))
	return ok && err == nil
}

// route gives the Route of a file from an authenticated peer, or nil. Of several
// that fit the one with the longest pattern is taken, of those the first.
func (c *Configuration) route(endpoint, peer, name string) *Route {
	var found *Route
	for _, p := range c.senders(endpoint, peer) {
		for _, r := range p.Routes {
			if r.fits(name) && (found == nil || len(r.Pattern) > len(found.Pattern)) {
				found = r
			}
		}
	}
	return found
}

// routed gives the Route by which the file is moved unread; nil: it is translated.
func (t *translation) routed(ctx context.Context) (*Route, error) {
	r := t.cfg.route(t.tr.Endpoint, t.tr.Peer, t.tr.Name)
	if r == nil || r.EDI || t.tr.Body.Size == 0 {
		return r, nil
	}
	isEDI, err := t.holdsInterchange(ctx)
	if err != nil || isEDI {
		return nil, err
	}
	return r, nil
}

// holdsInterchange looks for the beginning of an interchange in the first maxPeek bytes.
func (t *translation) holdsInterchange(ctx context.Context) (bool, error) {
	body, err := t.b.o.Bodies.Get(ctx, t.tr.Body)
	if err != nil {
		return false, fmt.Errorf("translate %s: %w", t.tr.ID, err)
	}
	defer body.Close()
	w := edi.NewWalker(io.LimitReader(body, maxPeek), edi.Limits{Segment: maxPeek, Message: maxPeek}, x12.Syntax{}, edifact.Syntax{})
	for {
		ev, err := w.Next()
		switch {
		case err == io.EOF:
			return false, nil
		case err != nil:
			return false, fmt.Errorf("translate %s: %w", t.tr.ID, err)
		case ev.Kind == edi.BeginInterchange:
			return true, nil
		}
	}
}

// routePlace is the place, within a file, of what a Route makes of it.
const routePlace = "file"

// move carries out step 2 for a file that a Route moves: its only follow-up is
// the same archived object, on its way to the Route's endpoint.
func (t *translation) move(ctx context.Context, r *Route) error {
	name := canonical.Key{Scheme: "file", Value: baseName(t.tr.Name)}
	done := Result{State: Translated, Partner: r.Partner, Agreement: r.Name, Config: t.cfg.Digest, Mode: r.Mode, Keys: []canonical.Key{name}}
	t.keep(r.Retention)
	first, err := t.movedBefore(ctx, r)
	if err != nil {
		return err
	}
	if first != nil {
		f := t.fileFinding("bridge.duplicate.bytes", "the same bytes as transmission "+string(first.Transmission))
		f.Severity = edi.Info
		t.note(f)
		done.Reason = f.Message
		return t.commit(ctx, done)
	}
	in := *t.tr
	in.Partner = r.Partner
	f := Transmission{
		Retention: r.Retention,
		Kind:      KindForward, Endpoint: r.To, Peer: t.cfg.Endpoints[r.To].Peer, Partner: r.Partner, Agreement: r.Name,
		ContentType: cmp.Or(t.tr.ContentType, "application/octet-stream"), Body: t.tr.Body, OnDead: r.OnDead,
		Name: FileName(r.FileName, &in, nil), Mode: r.Mode, Keys: done.Keys,
	}
	t.follow(f, routePlace, -1)
	return t.commit(ctx, done)
}

// movedBefore gives who brought the same bytes by the same Route before, where
// that makes a difference.
func (t *translation) movedBefore(ctx context.Context, r *Route) (*Seen, error) {
	if r.Repeated == "accept" || t.tr.Body.Size == 0 {
		return nil, nil
	}
	k := SeenKey{Kind: "bytes", Value: strings.Join([]string{bodyPeer(t.tr.Endpoint, t.tr.Peer),
		hex.EncodeToString(t.tr.Body.SHA256[:]), "by", r.Partner, r.Name}, " ")}
	s, err := t.owner(ctx, k)
	switch {
	case err != nil:
		return nil, err
	case s == nil:
		t.s.sees = append(t.s.sees, Seen{SeenKey: k, Transmission: t.tr.ID})
	case s.Transmission == t.tr.ID:
		return nil, nil
	}
	return s, nil
}

// fileWords are the words that a name template may have in braces.
func fileWords(in *Transmission, out *Document) map[string]string {
	name := baseName(in.Name)
	ext := path.Ext(name)
	words := map[string]string{
		"name": name, "stem": strings.TrimSuffix(name, ext), "ext": strings.TrimPrefix(ext, "."),
		"partner": in.Partner, "sequence": fmt.Sprint(in.Sequence), "id": string(in.ID),
		"date": in.Created.UTC().Format("20060102"), "time": in.Created.UTC().Format("150405"),
	}
	if out != nil {
		words["set"], words["agreement"], words["partner"] = strings.ToLower(out.Type), out.Agreement, out.Partner
		words["control"] = cmp.Or(strings.TrimLeft(out.InterchangeControl, "0"), "0")
	}
	return words
}

// FileName gives the name of a file that goes out by a template: "{stem}-{sequence}.{ext}".
// Words: name, stem, ext (of the file that came in), partner, sequence (accept
// order), id (of the Transmission that it follows from), date, time (of its
// accept, UTC); of an interchange of ours also set, control, agreement. All are
// known when it is made and the same when it is made again. Without a template
// it is the name as it came. What no file name can have becomes "_".
func FileName(template string, in *Transmission, out *Document) string {
	words := fileWords(in, out)
	if template == "" {
		template = "{name}"
	}
	var b strings.Builder
	for template != "" {
		before, rest, ok := strings.Cut(template, "{")
		b.WriteString(before)
		if !ok {
			break
		}
		word, behind, _ := strings.Cut(rest, "}")
		b.WriteString(words[word])
		template = behind
	}
	return safeName(b.String(), string(in.ID))
}

// CheckFileName says what is wrong with a name template, nil if nothing is. sent
// says that it is for interchanges of ours.
func CheckFileName(template string, sent bool) error {
	var out *Document
	if sent {
		out = &Document{}
	}
	words := fileWords(&Transmission{Created: time.Unix(0, 0)}, out)
	if strings.ContainsAny(template, `/\`) {
		return errors.New("a file name has no folders")
	}
	for rest := template; ; {
		_, behind, ok := strings.Cut(rest, "{")
		if !ok {
			return nil
		}
		word, after, closed := strings.Cut(behind, "}")
		if _, known := words[word]; !known || !closed {
			return fmt.Errorf("%q is no word of a file name", word)
		}
		rest = after
	}
}

// safeName makes a name that every file system and every protocol takes: at most
// 200 bytes, no folders, nothing that is not printed.
func safeName(name, otherwise string) string {
	name = strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	for len(name) > 200 {
		name = strings.ToValidUTF8(name[:200], "")
	}
	if strings.Trim(name, ". ") == "" {
		return otherwise
	}
	return name
}
