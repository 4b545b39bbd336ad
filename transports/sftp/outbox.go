package sftp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/pkg/sftp"

	"github.com/edibridge/edibridge/transports"
)

// snapshotTime is how long STAT and OPEN trust the last listing of the mailbox:
// a client that fetches 10,000 documents must not cause 10,000 listings.
const snapshotTime = time.Second

// mailbox is a user's transports.Mailbox, each call with its own time limit.
type mailbox struct {
	list  func() ([]transports.Item, error)
	read  func(item transports.Item, into func(io.Reader) error) error
	taken func(id string, ev transports.Evidence) error
}

// bindMailbox ties a Mailbox, which may be nil, to one peer.
func bindMailbox(ctx context.Context, box transports.Mailbox, cfg *Config, peer string) mailbox {
	if box == nil {
		return mailbox{list: func() ([]transports.Item, error) { return nil, nil }}
	}
	return mailbox{
		list: func() ([]transports.Item, error) {
			ctx, cancel := context.WithTimeout(ctx, cfg.AcceptTimeout)
			defer cancel()
			return box.List(ctx, cfg.Endpoint, peer)
		},
		read: func(item transports.Item, into func(io.Reader) error) error {
			ctx, cancel := context.WithTimeout(ctx, timeFor(cfg.AcceptTimeout, item.Size))
			defer cancel()
			body, err := box.Open(ctx, cfg.Endpoint, peer, item.ID)
			if err != nil {
				return err
			}
			return errors.Join(into(body), body.Close())
		},
		taken: func(id string, ev transports.Evidence) error {
			ctx, cancel := context.WithTimeout(ctx, cfg.AcceptTimeout)
			defer cancel()
			return box.Taken(ctx, cfg.Endpoint, peer, id, ev)
		},
	}
}

// outbox is /out as one SFTP channel sees it. Not for concurrent use.
type outbox struct {
	ses     *session
	mail    mailbox
	at      time.Time // of the snapshot
	items   []transports.Item
	index   map[string]int  // by name
	removed map[string]bool // by id: gone for this channel, however long the mailbox keeps it
}

// refresh takes a new snapshot. Of two items with one name the waiting one counts.
func (o *outbox) refresh() error {
	items, err := o.mail.list()
	if err != nil {
		o.ses.log.Error("mailbox failed", slog.Any("error", err))
		return failed(textMailbox)
	}
	o.at, o.items, o.index = time.Now(), items, make(map[string]int, len(items))
	for i, item := range items {
		if !canShow(item.Name) {
			o.ses.log.Error("name cannot be shown", slog.String("name", item.Name), slog.String("transmission", item.ID))
			continue
		}
		if old, ok := o.index[item.Name]; ok && items[old].Taken.IsZero() {
			continue
		}
		o.index[item.Name] = i
	}
	return nil
}

// canShow says whether a name can be reached by a path in /out.
func canShow(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.ContainsAny(name, "/\x00")
}

// list gives what waits.
func (o *outbox) list() ([]transports.Item, error) {
	if err := o.refresh(); err != nil {
		return nil, err
	}
	var waiting []transports.Item
	for i, item := range o.items {
		if at, ok := o.index[item.Name]; ok && at == i && item.Taken.IsZero() && !o.removed[item.ID] {
			waiting = append(waiting, item)
		}
	}
	return waiting, nil
}

// find gives a document by name, a taken one too: clients STAT what they just
// fetched, and may fetch again.
func (o *outbox) find(name string) (transports.Item, error) {
	i, ok := o.index[name]
	if !ok || time.Since(o.at) > snapshotTime {
		if err := o.refresh(); err != nil {
			return transports.Item{}, err
		}
		i, ok = o.index[name]
	}
	if !ok || o.removed[o.items[i].ID] {
		return transports.Item{}, notFound()
	}
	return o.items[i], nil
}

// open reads a document to its end before a byte of it is served, so that a damaged
// one is refused at OPEN.
func (o *outbox) open(name string) (*fetch, error) {
	item, err := o.find(name)
	if err != nil {
		return nil, err
	}
	f := &fetch{out: o, item: item}
	if err = o.mail.read(item, f.load); err == nil {
		return f, nil
	}
	log := o.ses.log.With(slog.String("name", name), slog.String("transmission", item.ID))
	if e := f.free(); e != nil {
		log.Error("spool not cleaned", slog.Any("error", e))
	}
	log.Error("mailbox failed", slog.Any("error", err))
	switch {
	case errors.Is(err, transports.ErrNotFound):
		return nil, notFound()
	case errors.Is(err, errSpoolFull):
		return nil, failed(textSpoolFull)
	}
	return nil, failed(textMailbox)
}

// remove is REMOVE: the peer has what it wants, or does not want it. What is not
// there is gone already, which is OK too.
//
// QUIRK: scripts say "get *" and then "rm *"; OpenSSH's client finds nothing for the
// second, for taken documents are not listed, and removes a file called "*".
func (o *outbox) remove(name string) error {
	item, err := o.find(name)
	if errors.Is(err, sftp.ErrSSHFxNoSuchFile) {
		return nil
	}
	if err != nil {
		return err
	}
	if item.Taken.IsZero() {
		if err := o.take(item, "removed-unread", 0); err != nil {
			return err
		}
	}
	o.removed[item.ID] = true
	return nil
}

// take records that the peer has the item.
func (o *outbox) take(item transports.Item, how string, served int64) error {
	now := time.Now()
	ev := transports.Evidence{
		Kind: "mailbox-taken",
		At:   now,
		Detail: map[string]string{
			"how":     how,
			"name":    item.Name,
			"bytes":   strconv.FormatInt(served, 10),
			"peer":    o.ses.user.Name,
			"remote":  o.ses.remote,
			"client":  o.ses.client,
			"session": o.ses.id,
			"login":   o.ses.method,
		},
	}
	log := o.ses.log.With(slog.String("name", item.Name), slog.String("transmission", item.ID))
	if err := o.mail.taken(item.ID, ev); err != nil {
		log.Error("mailbox failed", slog.Any("error", err))
		return failed(textNotRecorded)
	}
	log.Info("taken", slog.Int64("size", served), slog.String("reason", how))
	if i, ok := o.index[item.Name]; ok && o.items[i].ID == item.ID {
		o.items[i].Taken = now
	}
	return nil
}

// fetch is one handle open for reading.
type fetch struct {
	out   *outbox
	item  transports.Item
	body  io.ReaderAt
	stage *stage // where a large body lies

	mu     sync.Mutex
	served extents
	broken error
}

// load takes the body over: into memory, a large one into the spool.
func (f *fetch) load(body io.Reader) error {
	var n int64
	var err error
	if f.item.Size <= maxMemory {
		var buf bytes.Buffer
		n, err = io.Copy(&buf, io.LimitReader(body, maxMemory+1))
		f.body = bytes.NewReader(buf.Bytes())
	} else {
		if f.stage, err = f.out.ses.srv.spool.create(time.Now()); err != nil {
			return err
		}
		n, err = io.Copy(io.NewOffsetWriter(f.stage, 0), io.LimitReader(body, f.item.Size+1))
		f.body = io.NewSectionReader(f.stage.file, 0, n)
	}
	if err == nil && n != f.item.Size {
		err = fmt.Errorf("sftp: item %s has %d bytes, listed with %d", f.item.ID, n, f.item.Size)
	}
	return err
}

// ReadAt serves one READ and notes it.
func (f *fetch) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, io.EOF
	}
	n, err := f.body.ReadAt(p, off)
	if err != nil && err != io.EOF {
		f.out.ses.log.Error("mailbox failed", slog.String("name", f.item.Name), slog.Any("error", err))
		return 0, failed(textMailbox)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	// A reader that scatters beyond the bound has not read all in any useful sense.
	_, _ = f.served.add(off, off+int64(n))
	return n, err
}

// TransferError says that the connection ended with the handle open. Close follows.
func (f *fetch) TransferError(err error) { f.broken = err }

// Close ends the fetch. All bytes served: the document is taken.
func (f *fetch) Close() error {
	defer f.out.ses.closeHandle()
	log := f.out.ses.log.With(slog.String("name", f.item.Name), slog.String("transmission", f.item.ID))
	if err := f.free(); err != nil {
		log.Error("spool not cleaned", slog.Any("error", err))
	}
	from, to, whole := f.served.span()
	switch {
	case f.broken != nil:
		log.Warn("fetch broken off", slog.Int64("size", to), slog.Any("error", f.broken))
		return nil
	case !whole || from != 0 || to != f.item.Size || !f.item.Taken.IsZero():
		return nil
	}
	return f.out.take(f.item, "read", to)
}

// free gives the spool's room back.
func (f *fetch) free() error {
	if f.stage == nil {
		return nil
	}
	err := f.stage.discard()
	f.stage = nil
	return err
}
