package config

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	edifactguides "github.com/edibridge/edibridge/edifact/guides"
	"github.com/edibridge/edibridge/mappings"
	"github.com/edibridge/edibridge/mappings/celexpr"
	"github.com/edibridge/edibridge/x12/guides"
)

// Load reads edibridge.yaml at path with everything beside it and checks it as
// a whole. An error is [Problems], all of them at once, unless the shipped
// guides or mappings themselves cannot be read.
func Load(path string) (*bridge.Configuration, *System, error) {
	return load(path, diskTree(filepath.Dir(path)))
}

// LoadBundle loads a configuration that was kept as if it stood at path, where
// the secrets that it names are read.
func LoadBundle(b *Bundle, path string) (*bridge.Configuration, *System, error) {
	t, err := bundleTree(b)
	if err != nil {
		return nil, nil, err
	}
	return load(filepath.Join(filepath.Dir(path), b.Main), t)
}

func load(path string, t *tree) (*bridge.Configuration, *System, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, nil, fmt.Errorf("config: %w", err)
	}
	l := &loader{
		dir: filepath.Dir(path), tree: t, bundle: &Bundle{Main: filepath.Base(path), Files: map[string][]byte{}},
		cfg: &bridge.Configuration{Endpoints: map[string]bridge.Endpoint{}},
		sys: &System{File: abs},
	}
	if l.cfg.Guides, err = ShippedGuides(); err != nil {
		return nil, nil, fmt.Errorf("config: shipped guides: %w", err)
	}
	if l.cfg.Mappings, err = mappings.Standard(); err != nil {
		return nil, nil, fmt.Errorf("config: shipped mappings: %w", err)
	}
	main := &mainSource{}
	if l.file(filepath.Base(path), &main.document, &main.mainFile) {
		l.partnerFiles()
		l.overlays()
		if !main.broken { // what follows would blame the partners for it
			l.together(main)
		}
	}
	if len(l.problems) > 0 {
		return nil, nil, l.problems.sorted()
	}
	l.cfg.Digest, l.sys.Bundle = l.bundle.Digest(), l.bundle
	return l.cfg, l.sys, nil
}

// ShippedGuides are the guides of both standards that are part of the program.
func ShippedGuides() (*guide.Library, error) {
	x, err := guides.Library()
	if err != nil {
		return nil, err
	}
	e, err := edifactguides.Library()
	if err != nil {
		return nil, err
	}
	return guide.Join(x, e), nil
}

// loader gathers one configuration.
type loader struct {
	dir      string // folder of edibridge.yaml, as given
	tree     *tree  // where files are read from
	bundle   *Bundle
	size     int // bytes of what was read
	problems Problems
	partners []*partnerSource
	packages []string // folders of partners
	cfg      *bridge.Configuration
	sys      *System
}

// mainSource is edibridge.yaml as read.
type mainSource struct {
	document
	mainFile
}

// partnerSource is one partner file as read, and what was made of it.
type partnerSource struct {
	document
	partnerFile
	id   string // what its file, or folder, calls it
	made *bridge.Partner
}

// file reads one YAML file below the folder; false when it cannot be opened.
func (l *loader) file(name string, d *document, into any) bool {
	*d = document{file: filepath.Join(l.dir, name), problems: &l.problems}
	text, err := l.keep(d.file)
	if err != nil {
		d.add(place{}, "%s", reason(err))
		return false
	}
	d.read(text, into)
	return true
}

// reason is what went wrong with a file, without its name.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// partnerFiles reads partners/*.yaml and partners/*/partner.yaml.
func (l *loader) partnerFiles() {
	entries, err := fs.ReadDir(l.tree.fsys, "partners")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		l.problems = append(l.problems, Problem{File: filepath.Join(l.dir, "partners"), Message: reason(err)})
	}
	for _, e := range entries {
		name := filepath.Join("partners", e.Name())
		switch {
		case strings.HasPrefix(e.Name(), ".") || strings.HasSuffix(e.Name(), "~"):
		case e.IsDir():
			if _, err := fs.Stat(l.tree.fsys, filepath.ToSlash(filepath.Join(name, partnerFileName))); err == nil {
				l.packages = append(l.packages, name)
				l.partnerFile(filepath.Join(name, partnerFileName), e.Name())
			}
		case strings.HasSuffix(e.Name(), ".yml"):
			l.problems = append(l.problems, Problem{File: filepath.Join(l.dir, name), Message: "partner files end in .yaml"})
		case strings.HasSuffix(e.Name(), ".yaml"):
			l.partnerFile(name, strings.TrimSuffix(e.Name(), ".yaml"))
		}
	}
}

// partnerFileName is the partner's file in a folder of its own, in which guides,
// mappings and cases may stand beside it.
const partnerFileName = "partner.yaml"

// partnerFile reads one partner's file; id is what the partner has to be called.
func (l *loader) partnerFile(name, id string) {
	p := &partnerSource{id: id}
	if l.file(name, &p.document, &p.partnerFile) && !p.broken {
		l.partners = append(l.partners, p)
	}
}

// overlays lays guides/ and mappings/ over what is shipped: those beside
// edibridge.yaml, then those of each partner's folder.
func (l *loader) overlays() {
	for _, at := range append([]string{""}, l.packages...) {
		l.overlay(filepath.Join(at, "guides"), func(fsys fs.FS) error {
			lib, err := l.cfg.Guides.Extend(fsys)
			if err == nil {
				l.cfg.Guides = lib
			}
			return err
		})
		l.overlay(filepath.Join(at, "mappings"), func(fsys fs.FS) error {
			lib, err := l.cfg.Mappings.With(celexpr.New()).Extend(fsys)
			if err == nil {
				l.cfg.Mappings = lib
			}
			return err
		})
	}
}

// overlay lays the files of one folder over the rest, if it is there.
func (l *loader) overlay(folder string, extend func(fs.FS) error) {
	if fsys := l.folder(folder); fsys != nil {
		l.overlayError(folder, extend(fsys))
	}
}

// folder is a folder beside edibridge.yaml whose files count for the digest;
// nil when there is none.
func (l *loader) folder(name string) fs.FS {
	dir, at := filepath.Join(l.dir, name), filepath.ToSlash(name)
	if info, err := fs.Stat(l.tree.fsys, at); err != nil || !info.IsDir() {
		return nil
	}
	fsys, err := fs.Sub(l.tree.fsys, at)
	if err != nil {
		l.problems = append(l.problems, Problem{File: dir, Message: reason(err)})
		return nil
	}
	err = fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		_, err = l.keep(filepath.Join(dir, p))
		return err
	})
	if err != nil {
		l.problems = append(l.problems, Problem{File: dir, Message: reason(err)})
		return nil
	}
	return fsys
}

// overlayError takes the mistakes of guides or mappings over as problems.
func (l *loader) overlayError(folder string, err error) {
	var ge guide.Errors
	var me mappings.Errors
	switch {
	case err == nil:
	case errors.As(err, &ge):
		for _, e := range ge {
			l.problems = append(l.problems, Problem{filepath.Join(l.dir, folder, e.File), e.Line, e.Column, e.Text})
		}
	case errors.As(err, &me):
		for _, e := range me {
			l.problems = append(l.problems, Problem{filepath.Join(l.dir, folder, e.File), e.Line, e.Column, e.Message})
		}
	default:
		l.problems = append(l.problems, Problem{File: filepath.Join(l.dir, folder), Message: err.Error()})
	}
}

// bridge takes over edibridge.yaml.
func (l *loader) bridge(m *mainSource) {
	l.sys.Data = absolute(m.path(m.Data))
	if m.Archive != "" {
		l.sys.Archived = absolute(m.path(m.Archive))
	}
	l.sys.Postgres = l.postgres(m)
	for _, id := range m.Self {
		l.cfg.Self = append(l.cfg.Self, bridge.Identifier(id))
	}
	if len(m.Self) == 0 && m.places["self"] != (place{}) {
		m.problem([]string{"self"}, "no identifier of our own: nothing could be addressed to us")
	}
	l.cfg.Limits = bridge.Limits{File: int64(m.Limits.File), Segment: int(m.Limits.Segment),
		Message: int(m.Limits.Message), Findings: m.Limits.Findings}
	if m.Limits.Segment > m.Limits.Message || m.Limits.Message > m.Limits.File || m.Limits.File > 1<<40 {
		m.problem([]string{"limits"}, "limits must grow: segment <= message <= file <= 1TiB")
	}
	if m.Limits.Message > 1<<31 {
		m.problem([]string{"limits", "message"}, "a message is held in memory: at most 2GiB")
	}
	l.pressure(m)
	l.retention(m)
	l.sys.Log.Format = m.Log.Format
	if err := l.sys.Log.Level.UnmarshalText([]byte(m.Log.Level)); err != nil {
		l.sys.Log.Level = slog.LevelInfo // the choices of its tag have said so
	}
	if m.Listeners.SFTP != nil {
		l.sftp(m)
	}
	for _, name := range sortedKeys(m.Endpoints) {
		l.endpoint(m, name, m.Endpoints[name])
	}
	l.alarms(m)
}

// absolute is path as seen from the root, where that can be told.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// postgres is the address of the database, "" for the embedded one.
func (l *loader) postgres(m *mainSource) string {
	if m.Store == "sqlite" {
		return ""
	}
	address, given := m.Store, isReference(m.Store)
	if given {
		var err error
		if address, err = m.secret(m.Store); err != nil {
			m.problem([]string{"store"}, "%v", err)
			return ""
		}
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		m.problem([]string{"store"}, `not "sqlite" and not an address "postgres://USER@HOST/DATABASE"`)
		return ""
	}
	if _, password := u.User.Password(); !given && (password || u.Query().Has("password")) {
		m.problem([]string{"store"}, `a password does not stand in the configuration: give the address by "${NAME}" or "file:PATH"`)
	}
	return address
}

func (l *loader) sftp(m *mainSource) {
	s := m.Listeners.SFTP
	if err := checkAddr(s.Addr); err != nil {
		m.problem([]string{"listeners", "sftp", "addr"}, "%v", err)
	}
	keys, err := filepath.Abs(m.path(s.HostKeys))
	if err != nil {
		m.problem([]string{"listeners", "sftp", "hostKeys"}, "%v", err)
	}
	l.cfg.Endpoints[sftpEndpoint] = bridge.Endpoint{Name: sftpEndpoint, Kind: bridge.EndpointSFTPServer}
	l.sys.SFTP = []SFTPListener{{
		Endpoint: sftpEndpoint, Addr: s.Addr, HostKeys: keys, Users: map[string]SFTPUser{},
		MaxFile: int64(s.MaxFile), MaxSessions: s.MaxSessions, MaxSessionsPerUser: s.MaxSessionsPerUser,
		MaxHandles: s.MaxHandles, IdleTimeout: s.IdleTimeout, LoginTimeout: s.LoginTimeout, AcceptTimeout: s.AcceptTimeout,
	}}
}

// sftpEndpoint is the name of the SFTP listener as an endpoint.
const sftpEndpoint = "sftp"

func (l *loader) endpoint(m *mainSource, name string, e endpoint) {
	at := []string{"endpoints", name}
	if err := checkName("an endpoint", name); err != nil {
		m.problem(at, "%v", err)
	}
	if name == sftpEndpoint {
		m.problem(at, "%q is the name of the SFTP listener", name)
	}
	if e.Retry.Base > e.Retry.Max {
		m.problem(append(at, "retry"), "retry waits %v first and at most %v", e.Retry.Base, e.Retry.Max)
	}
	if e.Retry.Attempts < 1 {
		m.problem(append(at, "retry", "attempts"), "at least one attempt")
	}
	checkFlow(m, at, e)
	if e.Webhook == nil {
		return
	}
	l.cfg.Endpoints[name] = bridge.Endpoint{Name: name, Kind: bridge.EndpointWebhook, Mode: endpointModes[e.Mode], Connections: e.Connections, Rate: float64(e.Rate), Window: e.Window.made,
		Retry:   bridge.RetryPolicy{Base: e.Retry.Base, Max: e.Retry.Max, Attempts: e.Retry.Attempts, Deadline: e.Retry.Deadline},
		Breaker: bridge.Breaker{After: cmp.Or(e.Breaker.After, -1), Probe: e.Breaker.Probe, MaxProbe: e.Breaker.Max}}
	l.webhook(m, name, e.Webhook)
}

// endpointModes are what "mode" of an endpoint says.
var endpointModes = map[string]edi.Mode{"production": edi.Production, "test": edi.Test}

func (l *loader) webhook(m *mainSource, name string, w *webhook) {
	at := []string{"endpoints", name, "webhook"}
	made := Webhook{Endpoint: name, URL: w.URL, Timeout: w.Timeout, AllowPrivate: w.AllowPrivate}
	if isReference(w.URL) {
		u, err := m.secret(w.URL)
		if err != nil {
			m.problem(append(at, "url"), "%v", err)
			return
		}
		made.URL = u
	} else if u, err := url.Parse(w.URL); err == nil && u.User != nil {
		m.problem(append(at, "url"), `a password does not stand in the configuration: give the address by "${NAME}" or "file:PATH"`)
	}
	if err := checkURL(made.URL, w.AllowPrivate); err != nil && w.URL != "" {
		m.problem(append(at, "url"), "%v", err)
	}
	for i, s := range w.Secrets {
		secret, err := m.secret(s)
		if err == nil {
			err = checkWebhookSecret(secret)
		}
		if err != nil {
			m.problem(append(at, "secrets", fmt.Sprint(i)), "%v", err)
		}
		made.Secrets = append(made.Secrets, secret)
	}
	if len(w.Secrets) == 0 && m.places[strings.Join(append(at, "secrets"), "/")] != (place{}) {
		m.problem(append(at, "secrets"), "no secret: events could not be signed")
	}
	l.sys.Webhooks = append(l.sys.Webhooks, made)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
