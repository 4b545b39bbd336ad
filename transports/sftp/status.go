package sftp

import (
	"errors"

	"github.com/pkg/sftp"

	"github.com/edibridge/edibridge/transports"
)

// status is an answer of the server: a code of draft-ietf-secsh-filexfer-02
// section 7 and a text. The text goes to the peer as it is, so nothing else may:
// errors of the machine become one of the fixed texts below.
type status struct {
	code error // sftp.ErrSSHFx...
	text string
}

// Error is the text for the peer.
func (s *status) Error() string { return s.text }

// Unwrap gives the code, which is where the protocol library looks for it.
func (s *status) Unwrap() error { return s.code }

func refused(text string) error { return &status{sftp.ErrSSHFxPermissionDenied, text} }
func failed(text string) error  { return &status{sftp.ErrSSHFxFailure, text} }

// notFound is what any name gets that is not there; clients test for its code 2.
func notFound() error { return &status{sftp.ErrSSHFxNoSuchFile, "no such file"} }

// Texts for the peer.
const (
	textHole        = "bytes are missing in the middle; nothing was taken"
	textOverlap     = "a byte was sent twice; nothing was taken"
	textScattered   = "the writes are too scattered; nothing was taken"
	textSize        = "the size set is not the size sent; nothing was taken"
	textAppend      = "appending is possible to an own unfinished upload only; send the whole file"
	textResume      = "the file is in custody already and cannot be continued; send it again as a whole"
	textGone        = "the unfinished upload is gone; send the whole file"
	textOut         = "out/ is for fetching only"
	textIn          = "files in custody cannot be read back"
	textFolder      = "no such folder; put files into / or /in"
	textIsFolder    = "this is a folder"
	textNoFolders   = "folders cannot be made or removed here"
	textNoLinks     = "there are no links here"
	textExists      = "an unfinished upload of this name is there"
	textOpen        = "the file is still open"
	textHandles     = "too many open files"
	textTemps       = "too many unfinished uploads; rename or remove them"
	textSpoolFull   = "busy: no room at the moment; send it again later"
	textStopping    = "busy: the server is stopping; send it again later"
	textBusy        = "busy: nothing was taken; send it again later"
	textTooLarge    = "the file is larger than allowed; nothing was taken"
	textRefused     = "the file was refused; nothing was taken"
	textNotStored   = "the file could not be stored; nothing was taken; send it again"
	textMailbox     = "the document cannot be read at the moment"
	textNotRecorded = "the fetch could not be recorded; the document stays in out/"
)

// acceptStatus is what the peer is told about an error of Handler.Accept: its
// kind, and the id under which the operator finds the rest.
func acceptStatus(err error, id string) error {
	text := textNotStored
	switch {
	case errors.Is(err, transports.ErrTooLarge):
		text = textTooLarge
	case errors.Is(err, transports.ErrRefused):
		text = textRefused
	case errors.Is(err, transports.ErrBusy):
		text = textBusy
	}
	return failed(text + " (" + id + ")")
}
