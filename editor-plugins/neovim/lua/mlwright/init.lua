--- mlwright in Neovim: operations of the language server as `:Mlwright`, and their answers shown.
local M = {}

local answers = require('mlwright.answers')

--- The prefix of the server's commands; the rest is the operation's name.
local PREFIX = 'mlwright.'

--- Changes how the server is started, e.g. `require('mlwright').setup({ cmd = { '/opt/mlwright', 'lsp' } })`.
---@param config vim.lsp.Config? merged into lsp/mlwright.lua
function M.setup(config)
  if config ~= nil then
    vim.lsp.config('mlwright', config)
  end
  vim.lsp.enable('mlwright')
end

--- The client of a buffer, else any.
---@return vim.lsp.Client?
function M.client()
  return vim.lsp.get_clients({ name = 'mlwright', bufnr = 0 })[1] or vim.lsp.get_clients({ name = 'mlwright' })[1]
end

--- The operations that the server offers.
---@param client vim.lsp.Client
---@return string[]
function M.operations(client)
  local offered = (client.server_capabilities.executeCommandProvider or {}).commands or {}
  return vim
    .iter(offered)
    :filter(function(command)
      return vim.startswith(command, PREFIX)
    end)
    :map(function(command)
      return command:sub(#PREFIX + 1)
    end)
    :totable()
end

--- Makes lenses and code actions show what their operation answers; without this Neovim sends them and drops the answer.
---@param client vim.lsp.Client
function M.register_commands(client)
  for _, operation in ipairs(M.operations(client)) do
    client.commands[PREFIX .. operation] = function(command)
      local input, origin = unpack(command.arguments or {})
      M.run(operation, input, { client = client, document = (origin or {}).document })
    end
  end
end

--- Runs one operation and shows its answer. Nothing blocks; progress reaches
--- `vim.lsp.status()`, and whatever shows it.
---@param operation string
---@param input table?
---@param opts { done?: fun(err: lsp.ResponseError?, outcome: { summary: string, answer: table }?), client?: vim.lsp.Client, document?: string }?
--- `done` is called with the outcome instead of showing it; `document` says in which of several workspaces to work
---@return fun()? cancel
function M.run(operation, input, opts)
  opts = opts or {}
  local client = opts.client or M.client()
  if client == nil then
    vim.notify('mlwright: the language server is not attached; open a Python, SQL or mlwright.toml file', vim.log.levels.ERROR)
    return nil
  end
  if input == nil or vim.tbl_isempty(input) then
    input = vim.empty_dict()
  end
  local document = opts.document or vim.uri_from_bufnr(0)
  local params = { command = PREFIX .. operation, arguments = { input, { document = document } } }
  local sent, id = client:request('workspace/executeCommand', params, function(err, outcome)
    if opts.done ~= nil then
      opts.done(err, outcome)
    elseif err ~= nil then
      answers.show_error(operation, err)
    else
      answers.show(operation, outcome, client.root_dir)
    end
  end)
  if not sent or id == nil then
    return nil
  end
  return function()
    client:cancel_request(id)
  end
end

--- What `:Mlwright` does: an operation's name and its fields as `name=value`.
---@param words string[]
function M.command(words)
  local input, wrong = M.parse(vim.list_slice(words, 2))
  if input == nil then
    vim.notify('mlwright: ' .. wrong, vim.log.levels.ERROR)
    return
  end
  M.run(words[1], input)
end

--- The input that words of the form `name=value` stand for. A value that is JSON is taken as such (`3`, `true`, `["a"]`), any other is
--- a text. One word that begins with `{` is the whole input.
---@param words string[]
---@return table? input
---@return string? wrong
function M.parse(words)
  if #words > 0 and vim.startswith(words[1], '{') then
    local ok, input = pcall(vim.json.decode, table.concat(words, ' '))
    if ok and type(input) == 'table' then
      return input
    end
    return nil, 'the input is not a JSON object'
  end
  local input = {}
  for _, word in ipairs(words) do
    local name, value = word:match('^([%w_]+)=(.*)$')
    if name == nil then
      return nil, ('"%s" is not of the form name=value'):format(word)
    end
    local ok, decoded = pcall(vim.json.decode, value)
    if ok and decoded ~= vim.NIL then
      input[name] = decoded
    else
      input[name] = value
    end
  end
  return input
end

--- Completes the operation's name.
---@param typed string
---@param line string
---@return string[]
function M.complete(typed, line)
  local client = M.client()
  if client == nil or #vim.split(vim.trim(line), '%s+') > (typed == '' and 1 or 2) then
    return {}
  end
  return vim.tbl_filter(function(operation)
    return vim.startswith(operation, typed)
  end, M.operations(client))
end

return M
