-- Drives the plugin in Neovim without a screen: nvim --headless --clean -l drive.lua PLUGIN WORKSPACE
-- Each step prints a line; the exit code says whether all passed.
local plugin, workspace = arg[1], arg[2]
local WAIT_MS_MAX = 30000

local failed, passed = 0, 0
local function say(text)
  io.stdout:write('  ' .. text .. '\n')
  io.stdout:flush()
end

local function step(name, run)
  local ok, problem = xpcall(run, debug.traceback)
  if ok then
    passed = passed + 1
    say('ok: ' .. name)
  else
    failed = failed + 1
    say('FAILED: ' .. name .. ': ' .. tostring(problem))
  end
end

--- Waits until a condition holds; answers with what made it hold.
local function until_holds(what, condition)
  local seen
  vim.wait(WAIT_MS_MAX, function()
    seen = condition()
    return seen
  end, 20)
  return seen or error(('after %d s: %s'):format(WAIT_MS_MAX / 1000, what), 2)
end

local function edit(name)
  vim.cmd.edit(vim.fs.joinpath(workspace, name))
  return vim.api.nvim_get_current_buf()
end

local function attached(buffer)
  return until_holds('the server attaches to ' .. vim.api.nvim_buf_get_name(buffer), function()
    local client = vim.lsp.get_clients({ name = 'mlwright', bufnr = buffer })[1]
    return client ~= nil and client.initialized and client
  end)
end

--- One request, answered.
local function ask(client, method, params, buffer)
  local answer, problem = client:request_sync(method, params, WAIT_MS_MAX, buffer)
  assert(answer ~= nil, ('%s: %s'):format(method, problem))
  assert(answer.err == nil, ('%s: %s'):format(method, vim.inspect(answer.err)))
  return answer.result
end

--- A line of a buffer, counted from zero, and where a text ends in it.
local function after(buffer, text)
  for row, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
    local _, last = line:find(text, 1, true)
    if last ~= nil then
      return { line = row - 1, character = last }
    end
  end
  error('no line holds ' .. text)
end

local function at(buffer, position)
  return { textDocument = vim.lsp.util.make_text_document_params(buffer), position = position }
end

local function findings(buffer, code)
  return vim.tbl_filter(function(diagnostic)
    return diagnostic.code == code
  end, vim.diagnostic.get(buffer))
end

local notices = {}
vim.notify = function(text)
  table.insert(notices, text)
end

vim.opt.runtimepath:prepend(plugin)
vim.cmd('filetype on')
vim.cmd.runtime('plugin/mlwright.lua')
require('mlwright').setup({ cmd = { vim.env.MLWRIGHT, 'lsp' } })

step('the server attaches to Python and to mlwright.toml, not to other TOML', function()
  local client = attached(edit('train.py'))
  assert(client.root_dir == workspace, client.root_dir)
  attached(edit('mlwright.toml'))
  vim.fn.writefile({ 'a = 1' }, vim.fs.joinpath(workspace, 'other.toml'))
  local other = edit('other.toml')
  vim.wait(300)
  assert(#vim.lsp.get_clients({ bufnr = other }) == 0, 'it attached to other.toml')
  assert(#vim.lsp.get_clients({ name = 'mlwright' }) == 1, 'there is more than one server')
end)

step('a column is completed inside a string', function()
  local buffer = edit('look.py')
  local client = attached(buffer)
  vim.api.nvim_buf_set_lines(buffer, 3, 4, false, { 'long = df["Mon' })
  local answer = ask(client, 'textDocument/completion', at(buffer, after(buffer, 'df["Mon')), buffer)
  local labels = vim.tbl_map(function(item)
    return item.label
  end, answer.items or answer)
  assert(vim.tbl_contains(labels, 'MonthlyCharges'), vim.inspect(labels))
  vim.cmd.edit({ bang = true })
end)

step('hovering over a column tells what is in it', function()
  local buffer = edit('train.py')
  local answer = ask(attached(buffer), 'textDocument/hover', at(buffer, after(buffer, '"Monthly')), buffer)
  assert(answer.contents.value:find('numeric'), vim.inspect(answer))
end)

step('leakage is reported, and its fix mends the code', function()
  local buffer = edit('train.py')
  local client = attached(buffer)
  local finding = until_holds('MLW101 is reported', function()
    return findings(buffer, 'MLW101')[1]
  end)
  local place = { line = finding.lnum, character = finding.col }
  local actions = ask(client, 'textDocument/codeAction', {
    textDocument = vim.lsp.util.make_text_document_params(buffer),
    range = { start = place, ['end'] = { line = finding.end_lnum, character = finding.end_col } },
    context = { diagnostics = { finding.user_data.lsp }, only = { 'quickfix' } },
  }, buffer)
  local action = vim.iter(actions or {}):find(function(offered)
    return not offered.title:find('ignore')
  end)
  assert(action ~= nil, 'no fix is offered: ' .. vim.inspect(actions))
  if action.edit == nil then
    action = ask(client, 'codeAction/resolve', action, buffer)
  end
  vim.lsp.util.apply_workspace_edit(action.edit, client.offset_encoding)
  until_holds('the finding is gone', function()
    return #findings(buffer, 'MLW101') == 0
  end)
  local code = table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n')
  assert(code:find('train_test_split(X, y, random_state=0)\nX_train = scaler.fit_transform(X_train)\n', 1, true), code)
  vim.cmd.edit({ bang = true })
end)

step('an operation runs, and its answer is shown', function()
  local client = attached(edit('train.py'))
  assert(vim.tbl_contains(require('mlwright').operations(client), 'list_tables'))
  assert(vim.deep_equal(require('mlwright').complete('list_t', 'Mlwright list_t'), { 'list_tables' }))
  vim.cmd('Mlwright list_tables limit=10')
  local lines = until_holds('the answer is shown', function()
    local shown = vim.fn.bufnr('mlwright://list_tables')
    return shown ~= -1 and vim.api.nvim_buf_get_lines(shown, 0, -1, false)
  end)
  local text = table.concat(lines, '\n')
  assert(text:find('telco.csv', 1, true), text)
  local answer = vim.json.decode(text:match('```json\n(.*)\n```'))
  assert(answer.tables[1].name == 'telco.csv' and answer.tables[1].n_rows == 7043, vim.inspect(answer))
end)

step('an operation that fails says why and what to do', function()
  vim.cmd('Mlwright describe_table table=nope.csv')
  local notice = until_holds('the failure is told', function()
    return notices[#notices]
  end)
  assert(notice:find('nope.csv', 1, true) and notice:find('telco.csv', 1, true), notice)
end)

step('a lens of mlwright.toml names an operation that runs', function()
  local buffer = edit('mlwright.toml')
  local client = attached(buffer)
  local lenses = ask(client, 'textDocument/codeLens', { textDocument = vim.lsp.util.make_text_document_params(buffer) }, buffer)
  local lens = vim.iter(lenses or {}):map(function(lens)
    return lens.command and lens or ask(client, 'codeLens/resolve', lens, buffer)
  end):find(function(lens)
    return lens.command.command == 'mlwright.profile_table'
  end)
  assert(lens ~= nil, vim.inspect(lenses))
  local opened
  vim.ui.open = function(file)
    opened = file
  end
  client:exec_cmd(lens.command, { bufnr = buffer })
  until_holds('the report is opened', function()
    return opened ~= nil
  end)
  assert(vim.uv.fs_stat(opened) ~= nil, opened)
end)

step('words of :Mlwright become typed fields', function()
  local parse = require('mlwright').parse
  assert(vim.deep_equal(parse({ 'table=a.csv', 'folds=3', 'columns=["a","b"]', 'confirm=true' }), { table = 'a.csv', folds = 3, columns = { 'a', 'b' }, confirm = true }))
  assert(vim.deep_equal(parse({ '{"sql":', '"SELECT 1"}' }), { sql = 'SELECT 1' }))
  assert(select(2, parse({ 'nonsense' })):find('name=value'))
end)

step(':checkhealth finds nothing wrong', function()
  vim.cmd('checkhealth mlwright')
  local report = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n')
  assert(not report:find('ERROR') and not report:find('WARNING'), report)
  assert(report:find('attached in'), report)
end)

for _, client in ipairs(vim.lsp.get_clients()) do
  client:stop()
end
vim.wait(5000, function()
  return #vim.lsp.get_clients() == 0
end)
say(('%d steps passed, %d failed'):format(passed, failed))
os.exit(failed == 0 and 0 or 1)
