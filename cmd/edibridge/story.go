package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path"
	"sync"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"github.com/edibridge/edibridge/transports/webhook"
)

// What stands here plays the world around a bridge: trading partners that speak
// SFTP, and an application that receives webhooks. The demo and the kill test
// use it; it sees the bridge from outside only.

// simPartner is a trading partner: a real SFTP client with a key of its own.
type simPartner struct {
	user string
	addr string // of the bridge's SFTP server
	key  ssh.Signer
	host ssh.PublicKey // the server's key, as the partner was told it
}

// newKey draws an ed25519 key pair and gives it with its private half as OpenSSH PEM.
func newKey() (ssh.Signer, ed25519.PrivateKey, error) {
	_, priv, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	s, err := ssh.NewSignerFromKey(priv)
	return s, priv, err
}

// session connects, does what f says, and hangs up.
func (p *simPartner) session(f func(*sftp.Client) error) error {
	conn, err := net.DialTimeout("tcp", p.addr, 5*time.Second)
	if err != nil {
		return err
	}
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return errors.Join(err, conn.Close())
	}
	c, chans, reqs, err := ssh.NewClientConn(conn, p.addr, &ssh.ClientConfig{
		User:              p.user,
		Auth:              []ssh.AuthMethod{ssh.PublicKeys(p.key)},
		HostKeyCallback:   ssh.FixedHostKey(p.host),
		HostKeyAlgorithms: []string{p.host.Type()},
	})
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	client := ssh.NewClient(c, chans, reqs)
	defer client.Close()
	s, err := sftp.NewClient(client)
	if err != nil {
		return err
	}
	defer s.Close()
	return f(s)
}

// put uploads one file. nil means that the server said "received".
func (p *simPartner) put(name string, body []byte) error {
	return p.session(func(c *sftp.Client) error { return putFile(c, name, body) })
}

func putFile(c *sftp.Client, name string, body []byte) error {
	f, err := c.Create(path.Join("/in", name))
	if err != nil {
		return err
	}
	if _, err := f.Write(body); err != nil {
		return errors.Join(err, f.Close())
	}
	return f.Close()
}

// fetch takes every file that waits in out/ and gives their bytes by name.
func (p *simPartner) fetch() (map[string][]byte, error) {
	got := map[string][]byte{}
	err := p.session(func(c *sftp.Client) error {
		names, err := c.ReadDir("/out")
		if err != nil {
			return err
		}
		for _, n := range names {
			f, err := c.Open(path.Join("/out", n.Name()))
			if err != nil {
				return err
			}
			b, err := io.ReadAll(f)
			if err != nil {
				return errors.Join(err, f.Close())
			}
			// Read to its end it is ours, even if the server dies at the close.
			got[n.Name()] = b
			if err := f.Close(); err != nil {
				return err
			}
		}
		return nil
	})
	return got, err
}

// simApp is an application: it takes webhooks, checks their signatures, and
// keeps each event once by its id.
type simApp struct {
	secret string
	url    string
	server *http.Server

	mu     sync.Mutex
	events map[string]appEvent // by event id
	order  []string            // ids as first seen
	calls  int                 // requests, repetitions included
	forged int                 // requests whose signature was wrong
	busy   int                 // answer this many requests with 503 first
}

// appEvent is one event as the application understood it.
type appEvent struct {
	ID, Type, Subject string
	Data              json.RawMessage
}

// newApp starts an application on a free local port; secret is "whsec_...".
func newApp(secret string) (*simApp, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	a := &simApp{secret: secret, url: "http://" + l.Addr().String() + "/events", events: map[string]appEvent{}}
	a.server = &http.Server{Handler: http.HandlerFunc(a.receive), ReadHeaderTimeout: 5 * time.Second}
	go a.server.Serve(l) // ends with close
	return a, nil
}

func (a *simApp) close() error { return a.server.Close() }

func (a *simApp) receive(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 64<<20))
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls++
	if err == nil {
		err = webhook.Verify([]string{a.secret}, r.Header, body, time.Now())
	}
	if err != nil {
		a.forged++
		http.Error(w, "not signed as agreed", http.StatusUnauthorized)
		return
	}
	if a.busy > 0 {
		a.busy--
		http.Error(w, "not now", http.StatusServiceUnavailable)
		return
	}
	var e appEvent
	if err := json.Unmarshal(body, &e); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if _, ok := a.events[e.ID]; !ok {
		a.order = append(a.order, e.ID)
	}
	a.events[e.ID] = e
	w.WriteHeader(http.StatusNoContent)
}

// bySubject gives the distinct events about a subject ("order/4711").
func (a *simApp) bySubject(subject string) []appEvent {
	a.mu.Lock()
	defer a.mu.Unlock()
	var es []appEvent
	for _, id := range a.order {
		if a.events[id].Subject == subject {
			es = append(es, a.events[id])
		}
	}
	return es
}

// counts gives how many distinct events came, in how many calls, how many of
// them forged.
func (a *simApp) counts() (events, calls, forged int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.events), a.calls, a.forged
}

// await asks until cond holds or ctx ends.
func await(ctx context.Context, cond func() bool) error {
	t := time.NewTicker(20 * time.Millisecond)
	defer t.Stop()
	for !cond() {
		select {
		case <-t.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// storyOrder is one purchase order of a made-up interchange.
type storyOrder struct {
	po    string
	lines int
	bad   bool // its first line has a unit of measure that no code list has
}

// story850 writes an X12 004010 interchange of purchase orders, one transaction
// set each. control is ISA13 and GS06.
func story850(sender, receiver string, control int, orders ...storyOrder) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "ISA*00*          *00*          *ZZ*%-15s*ZZ*%-15s*261123*0930*U*00401*%09d*0*P*>~\n", sender, receiver, control)
	fmt.Fprintf(&b, "GS*PO*%s*%s*20261123*0930*%d*X*004010~\n", sender, receiver, control)
	for i, o := range orders {
		storySet(&b, i+1, o)
	}
	fmt.Fprintf(&b, "GE*%d*%d~\nIEA*1*%09d~\n", len(orders), control, control)
	return b.Bytes()
}

func storySet(b *bytes.Buffer, n int, o storyOrder) {
	fmt.Fprintf(b, "ST*850*%04d~\nBEG*00*SA*%s**20261123~\nREF*DP*038~\nDTM*002*20261207~\n", n, o.po)
	fmt.Fprint(b, "N1*ST*Store 0042*92*0042~\nN3*1 Harbour Road~\nN4*Springfield*IL*62701*US~\n")
	for i := range o.lines {
		unit := "EA"
		if o.bad && i == 0 {
			unit = "QQ"
		}
		fmt.Fprintf(b, "PO1*%d*%d*%s*9.95**UP*012345678905*VN*A-%03d~\nPID*F****Widget, blue~\n", i+1, 12*(i+1), unit, i+1)
	}
	fmt.Fprintf(b, "CTT*%d~\nSE*%d*%04d~\n", o.lines, 9+2*o.lines, n)
}

// storyORDERS is an EDIFACT D.96A interchange of one order.
const storyORDERS = `UNA:+.? '
UNB+UNOC:3+4012345000009:14+4000000000006:14+261123:0930+77'
UNH+1+ORDERS:D:96A:UN'
BGM+220+N-2001+9'
DTM+137:20261123:102'
NAD+BY+4012345000009::9'
NAD+SU+4000000000006::9'
LIN+1++4000862141404:EN'
QTY+21:12'
UNS+S'
UNT+9+1'
UNZ+1+77'
`
