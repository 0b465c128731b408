;;; drive.el --- Drives mlwright.el in Emacs without a screen  -*- lexical-binding: t; -*-

;; emacs --batch --no-init-file --load drive.el PLUGIN WORKSPACE
;; Each step prints a line; the exit code says whether all passed.

;;; Code:

;; Distributions install Eglot as a package; where Emacs brings it, this finds nothing to do.
(package-initialize)
(require 'eglot)
;; Newer versions of Eglot have it; older ones do without. The plugin's method for it is loaded and called here in any case.
(unless (fboundp 'eglot-execute)
  (cl-defgeneric eglot-execute (server action) "Ask SERVER to execute ACTION."))

(pcase-let ((`(,plugin ,workspace) command-line-args-left))
  (setq command-line-args-left nil)
  (load plugin nil t)
  (defvar drive-workspace (file-name-as-directory workspace)))

(setq mlwright-program (getenv "MLWRIGHT")
      eglot-sync-connect 30
      eglot-confirm-server-initiated-edits nil
      ;; The workspace is no repository: it is the project by being named so.
      project-find-functions (list (lambda (_) (cons 'transient drive-workspace))))

(defconst drive-wait-seconds 30)
(defvar drive-passed 0)
(defvar drive-failed 0)

(defmacro drive-step (name &rest body)
  "Run BODY and print whether what NAME says is so."
  (declare (indent 1))
  `(condition-case problem
       (progn ,@body
              (cl-incf drive-passed)
              (message "  ok: %s" ,name))
     (error (cl-incf drive-failed)
            (message "  FAILED: %s: %s" ,name (error-message-string problem)))))

(defun drive-until (what condition)
  "Wait until the function CONDITION holds, which is WHAT; its value."
  (let ((end (+ (float-time) drive-wait-seconds)) seen)
    (while (and (not (setq seen (funcall condition))) (< (float-time) end))
      (accept-process-output nil 0.05))
    (or seen (error "After %d s: %s" drive-wait-seconds what))))

(defun drive-open (name)
  "Visit the file NAME, managed by the server."
  (find-file (expand-file-name name drive-workspace))
  (unless (eglot-managed-p)
    (apply #'eglot (append (eglot--guess-contact) '(nil))))
  (drive-until (format "%s is managed" name) #'eglot-managed-p)
  (eglot-current-server))

(defun drive-reports (code)
  "Flymake's reports of the rule CODE in this buffer."
  (cl-remove-if-not (lambda (report) (string-match-p code (flymake-diagnostic-text report))) (flymake-diagnostics)))

(defun drive-check-server (server)
  "Fail unless SERVER is the plugin's."
  (unless (cl-typep server 'mlwright-server) (error "The server is %S" server)))

(drive-step "the server manages Python and mlwright.toml"
  (drive-check-server (drive-open "train.py"))
  (drive-check-server (drive-open "mlwright.toml")))

(drive-step "a column is completed inside a string"
  (drive-open "look.py")
  (goto-char (point-max))
  (insert "long = df[\"Mon")
  (let* ((capf (eglot-completion-at-point))
         (labels (all-completions "" (nth 2 capf))))
    (unless (cl-some (lambda (label) (string-match-p "MonthlyCharges" label)) labels)
      (error "Completions: %S" labels)))
  (set-buffer-modified-p nil)
  (kill-buffer))

(drive-step "hovering over a column tells what is in it"
  (let ((server (drive-open "train.py")))
    (goto-char (point-min))
    (search-forward "\"Monthly")
    (let ((text (format "%S" (jsonrpc-request server :textDocument/hover (eglot--TextDocumentPositionParams)))))
      (unless (string-match-p "numeric" text) (error "Hover: %s" text)))))

(drive-step "leakage is reported, and its fix mends the code"
  (drive-open "train.py")
  (flymake-mode 1)
  (let* ((report (drive-until "MLW101 is reported" (lambda () (flymake-start) (car (drive-reports "before the split\\|MLW101")))))
         (actions (eglot-code-actions (flymake-diagnostic-beg report) (flymake-diagnostic-end report) "quickfix"))
         (fix (cl-find-if (lambda (action) (plist-get action :edit)) actions)))
    (unless fix (error "No fix is offered: %S" actions))
    (eglot--apply-workspace-edit (plist-get fix :edit))
    (eglot--signal-textDocument/didChange)
    (drive-until "the finding is gone" (lambda () (flymake-start) (null (drive-reports "before the split\\|MLW101"))))
    (goto-char (point-min))
    (search-forward "train_test_split(X, y, random_state=0)\nX_train = scaler.fit_transform(X_train)\n"))
  (set-buffer-modified-p nil)
  (kill-buffer))

(drive-step "an operation runs, and its answer is shown"
  (let ((server (drive-open "train.py")))
    (unless (member "list_tables" (mlwright-operations server)) (error "Operations: %S" (mlwright-operations server)))
    (dolist (run (list (lambda () (mlwright-run "list_tables" '(:limit 10)))
                       (lambda () (eglot-execute-command server 'mlwright.list_tables [(:limit 10)]))
                       (lambda () (eglot-execute server '(:title "List" :command "mlwright.list_tables" :arguments [(:limit 10)])))))
      (when (get-buffer "*mlwright: list_tables*") (kill-buffer "*mlwright: list_tables*"))
      (funcall run)
      (with-current-buffer (drive-until "the answer is shown" (lambda () (get-buffer "*mlwright: list_tables*")))
        (goto-char (point-min))
        (search-forward "\n{")
        (backward-char)
        (let ((answer (json-parse-buffer :object-type 'plist)))
          (unless (equal (plist-get (aref (plist-get answer :tables) 0) :n_rows) 7043) (error "Answer: %S" answer)))))))

(drive-step "an operation that fails says why and what to do"
  (drive-open "train.py")
  (let (told)
    (cl-letf (((symbol-function 'message) (lambda (format &rest arguments) (setq told (apply #'format format arguments)))))
      (mlwright-run "describe_table" '(:table "nope.csv"))
      (drive-until "the failure is told" (lambda () (and told (string-match-p "nope.csv" told)))))
    (unless (string-match-p "telco.csv" told) (error "Told: %s" told))))

(dolist (server (apply #'append (hash-table-values eglot--servers-by-project)))
  (ignore-errors (eglot-shutdown server nil 5)))
(message "  %d steps passed, %d failed" drive-passed drive-failed)
(kill-emacs (if (zerop drive-failed) 0 1))

;;; drive.el ends here
