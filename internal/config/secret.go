package config

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/crypto/bcrypt"
	"golang.org/x/crypto/ssh"
)

var variableForm = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$`)

// isReference tells "${NAME}" and "file:PATH" from a text that stands for itself.
func isReference(s string) bool {
	return variableForm.MatchString(s) || strings.HasPrefix(s, "file:")
}

// secret gives what a reference stands for. Errors never show it.
func (d *document) secret(ref string) (string, error) {
	if m := variableForm.FindStringSubmatch(ref); m != nil {
		value, ok := os.LookupEnv(m[1])
		if !ok || value == "" {
			return "", fmt.Errorf("the environment has no variable %s", m[1])
		}
		return value, nil
	}
	name, ok := strings.CutPrefix(ref, "file:")
	if !ok {
		return "", errors.New(`a secret does not stand in the configuration: write "${NAME}" or "file:PATH"`)
	}
	text, err := os.ReadFile(d.path(name))
	if err != nil {
		return "", fmt.Errorf("file %s: %s", name, reason(err))
	}
	value := strings.TrimRight(string(text), "\r\n")
	if value == "" {
		return "", fmt.Errorf("file %s is empty", name)
	}
	return value, nil
}

// checkWebhookSecret holds a signing secret against Standard Webhooks: "whsec_"
// and base64 of 24 to 64 bytes.
func checkWebhookSecret(s string) error {
	text, ok := strings.CutPrefix(s, "whsec_")
	raw, err := base64.StdEncoding.DecodeString(text)
	if !ok || err != nil || len(raw) < 24 || len(raw) > 64 {
		return errors.New(`a signing secret is "whsec_" and base64 of 24 to 64 bytes`)
	}
	return nil
}

// publicKeys reads one entry of a user's keys: the line itself, or a file of
// one or many lines.
func (l *loader) publicKeys(d *document, entry string) ([]ssh.PublicKey, error) {
	text := []byte(entry)
	if name, ok := strings.CutPrefix(entry, "file:"); ok {
		var err error
		if text, err = l.keep(d.path(name)); err != nil {
			return nil, fmt.Errorf("key file %s: %s", name, reason(err))
		}
	}
	if strings.Contains(string(text), "PRIVATE KEY") {
		return nil, errors.New("a private key; the public one (.pub) belongs here")
	}
	var keys []ssh.PublicKey
	for len(strings.TrimSpace(string(text))) > 0 {
		key, _, _, rest, err := ssh.ParseAuthorizedKey(text)
		if err != nil {
			break
		}
		keys, text = append(keys, key), rest
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%q holds no public key in OpenSSH form", entry)
	}
	return keys, nil
}

// passwordHash reads a user's password hash, given as it is or by reference.
func (d *document) passwordHash(entry string) (string, error) {
	hash := entry
	if isReference(entry) {
		var err error
		if hash, err = d.secret(entry); err != nil {
			return "", err
		}
	}
	if _, err := bcrypt.Cost([]byte(hash)); err != nil {
		return "", errors.New(`not a bcrypt hash ("$2a$..."), as htpasswd -nB makes one`)
	}
	return hash, nil
}

// checkAddr holds an address against "HOST:PORT".
func checkAddr(addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return fmt.Errorf(`%q is not "HOST:PORT"`, addr)
	}
	return nil
}

// checkURL holds a webhook's address against what the sender will do with it.
func checkURL(s string, allowPrivate bool) error {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("not an http or https address")
	}
	if allowPrivate {
		return nil
	}
	if u.Scheme == "http" {
		return errors.New("plain http is for private addresses: https, or allowPrivate: true")
	}
	host := u.Hostname()
	ip, err := netip.ParseAddr(host)
	if err == nil && (ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsUnspecified()) || host == "localhost" {
		return fmt.Errorf("%s is a private address: allowPrivate: true is needed to post there", host)
	}
	return nil
}
