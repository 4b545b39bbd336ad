package sftp

import (
	"io"
	"log/slog"
	"time"

	"github.com/edibridge/edibridge/transports"
)

// offer is a whole upload on its way into custody.
type offer struct {
	stage      *stage
	size       int64
	at         place     // under its final name
	modified   time.Time // as the peer set it; zero: it did not
	uploadedAs string    // path of the temporary name that was renamed; "": none
}

// deliver asks the Handler to take custody of an upload. The error is for the peer.
// The stage stays the caller's. Each call has an id of its own: an Accept that
// failed may yet have happened.
func (t *tree) deliver(o offer) error {
	begin := time.Now()
	d := &transports.Delivery{
		ID:       transports.NewID(begin),
		Endpoint: t.ses.srv.cfg.Endpoint,
		Peer:     t.user.Name,
		Name:     o.at.name,
		Size:     o.size,
		Header:   t.facts(o),
		Body:     io.NewSectionReader(o.stage.file, 0, o.size),
	}
	log := t.ses.log.With(slog.String("name", o.at.path), slog.Int64("size", o.size), slog.String("transmission", d.ID))
	t.ses.accepting.Add(1)
	_, err := t.ses.accept(d)
	t.ses.accepting.Add(-1)
	took := slog.Duration("duration", time.Since(begin))
	if err != nil {
		answer := acceptStatus(err, d.ID)
		log.Error("not accepted", slog.String("reason", answer.Error()), took, slog.Any("error", err))
		return answer
	}
	log.Info("accepted", took)
	t.drop(o.at.path)
	t.box.echo(arrival{path: o.at.path, size: o.size, modified: o.modified, at: time.Now()})
	return nil
}

// facts are the headers of a delivery.
func (t *tree) facts(o offer) map[string]string {
	facts := map[string]string{
		"path":    o.at.path,
		"remote":  t.ses.remote,
		"client":  t.ses.client,
		"session": t.ses.id,
		"login":   t.ses.method,
	}
	if !o.modified.IsZero() {
		facts["modified"] = o.modified.UTC().Format(time.RFC3339)
	}
	if o.uploadedAs != "" {
		facts["uploaded-as"] = o.uploadedAs
	}
	return facts
}

// keepTemp answers the CLOSE of a temporary name: durable, with its owner and name,
// but nobody's business yet.
func (t *tree) keepTemp(u *upload, size int64) error {
	now := time.Now()
	a := arrival{path: u.place.path, size: size, modified: u.modified, at: now, stage: u.stage}
	side := sidecar{Peer: t.user.Name, Path: []byte(a.path), Size: size, Modified: u.modified, Closed: now}
	if err := u.stage.keep(side); err != nil {
		return u.fail(err)
	}
	old, err := t.box.keep(a, t.ses.srv.cfg.MaxTemp)
	if err != nil {
		return err
	}
	if old != nil {
		t.discard(old, a.path)
	}
	u.log().Info("staged", slog.Int64("size", size))
	return nil
}
