;;; mlwright.el --- Columns of tables and leakage, in Python, SQL and mlwright.toml  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: Apache-2.0 OR MIT
;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1") (eglot "1.9"))
;; Keywords: languages, tools, data

;;; Commentary:

;; The language server of mlwright through Eglot:
;;
;;   (require 'mlwright)
;;   (add-hook 'python-mode-hook #'mlwright-ensure)
;;   (add-hook 'sql-mode-hook #'mlwright-ensure)
;;   (add-hook 'conf-toml-mode-hook #'mlwright-ensure)
;;
;; Eglot has one server for a buffer: in these modes it is mlwright then.  `mlwright-run' runs an operation and shows its answer.

;;; Code:

(require 'cl-lib)
(require 'eglot)
(require 'json)

(defgroup mlwright nil
  "Columns of tables and leakage, in Python, SQL and mlwright.toml."
  :group 'eglot
  :prefix "mlwright-")

(defcustom mlwright-program "mlwright"
  "The program `mlwright': a name on `exec-path', or a path."
  :type 'string)

(defclass mlwright-server (eglot-lsp-server) ()
  "The language server of mlwright.")

(defconst mlwright--prefix "mlwright."
  "The prefix of the server's commands; the rest is the operation's name.")

(defun mlwright--contact (&rest _)
  "How Eglot starts the server."
  (list 'mlwright-server mlwright-program "lsp"))

;; An entry for each language: older versions of Eglot tell a server one language for all its buffers.
(dolist (entry '((python-mode . "python") (python-ts-mode . "python") (sql-mode . "sql") (conf-toml-mode . "toml") (toml-ts-mode . "toml")))
  (add-to-list 'eglot-server-programs (cons (list (car entry) :language-id (cdr entry)) #'mlwright--contact)))

;;;###autoload
(defun mlwright-ensure ()
  "Start the server for this buffer, or join the one that runs.
Of TOML files the server knows mlwright.toml only."
  (when (and buffer-file-name
             (or (not (string-suffix-p ".toml" buffer-file-name))
                 (string= (file-name-nondirectory buffer-file-name) "mlwright.toml")))
    (eglot-ensure)))

(defun mlwright--server ()
  "The server of this buffer."
  (let ((server (eglot-current-server)))
    (unless (cl-typep server 'mlwright-server)
      (user-error "The language server of mlwright does not manage this buffer"))
    server))

(defun mlwright-operations (server)
  "The names of the operations that SERVER offers."
  (let ((commands (plist-get (plist-get (eglot--capabilities server) :executeCommandProvider) :commands)))
    (cl-loop for command across (or commands [])
             when (string-prefix-p mlwright--prefix command)
             collect (string-remove-prefix mlwright--prefix command))))

(defun mlwright-run (operation input)
  "Run OPERATION with INPUT, a plist of its fields, and show the outcome.
Interactively, INPUT is read as JSON.  Nothing blocks: the outcome is
shown when it is there."
  (interactive
   (list (completing-read "Operation: " (mlwright-operations (mlwright--server)) nil t)
         (let ((text (read-string "Input, as JSON: " "{}")))
           (json-parse-string text :object-type 'plist :null-object nil :false-object :json-false))))
  (mlwright--execute (mlwright--server) (concat mlwright--prefix operation) (vector (or input eglot--{}) (list :document (eglot--path-to-uri (or buffer-file-name default-directory))))))

(defun mlwright--execute (server command arguments)
  "Have SERVER execute COMMAND with ARGUMENTS and show the outcome.
It may take however long it needs.  The second argument may ask the
server to show the outcome as well: here it is shown anyway."
  (let ((operation (string-remove-prefix mlwright--prefix (format "%s" command)))
        (folder (project-root (eglot--project server))))
    (jsonrpc-async-request
     server :workspace/executeCommand (list :command (format "%s" command) :arguments (mlwright--silent arguments))
     :timeout nil
     :success-fn (lambda (outcome) (mlwright--show operation outcome folder))
     :error-fn (lambda (problem) (mlwright--show-error operation problem))))
  nil)

(defun mlwright--silent (arguments)
  "ARGUMENTS without the wish that the server shows the outcome."
  (cl-map 'vector
          (lambda (argument)
            (if (plist-member argument :show) (plist-put (copy-sequence argument) :show :json-false) argument))
          arguments))

;; What lenses and code actions ask for takes the same way: Eglot itself would wait, ten seconds at most, and drop the answer.
(cl-defmethod eglot-execute-command ((server mlwright-server) command arguments)
  "Have SERVER execute COMMAND with ARGUMENTS and show the answer."
  (mlwright--execute server command arguments))

(when (fboundp 'eglot-execute)
  (cl-defmethod eglot-execute ((server mlwright-server) action)
    "Have SERVER execute ACTION and show the answer, when it is a command."
    (let ((command (plist-get action :command)))
      (if (stringp command)
          (mlwright--execute server command (plist-get action :arguments))
        (cl-call-next-method)))))

(defun mlwright--show (operation outcome folder)
  "Show the OUTCOME of OPERATION; files that it names are relative to FOLDER."
  (let* ((answer (plist-get outcome :answer))
         (page (or (plist-get answer :report) (and (string= operation "plot") (plist-get answer :path)))))
    (if page
        (browse-url-of-file (expand-file-name page folder))
      (with-current-buffer (get-buffer-create (format "*mlwright: %s*" operation))
        (let ((inhibit-read-only t))
          (erase-buffer)
          (insert (json-serialize answer :null-object nil :false-object :json-false))
          (json-pretty-print-buffer)
          (goto-char (point-min))
          (insert (plist-get outcome :summary) "\n\n")
          (goto-char (point-min)))
        (special-mode)
        (display-buffer (current-buffer))))))

(defun mlwright--show-error (operation problem)
  "Tell that OPERATION failed by PROBLEM, with what to do about it."
  (let* ((data (plist-get problem :data))
         (hint (and (listp data) (plist-get data :hint))))
    (message "mlwright: %s: %s%s" operation (plist-get problem :message) (if (and (stringp hint) (not (string-empty-p hint))) (concat ". " hint) ""))))

(provide 'mlwright)
;;; mlwright.el ends here
