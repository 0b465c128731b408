--- Shows what operations come to: reports in the browser, everything else in a buffer of its own.
local M = {}

--- Opens a page or picture of the workspace with the system's program for it.
local function open(root, relative)
  local file = vim.fs.joinpath(root or vim.fn.getcwd(), relative)
  vim.ui.open(file)
  return file
end

---@param operation string
---@param outcome { summary: string, answer: table }
---@param root string? the workspace's folder, which answers name files relative to
function M.show(operation, outcome, root)
  local answer = outcome.answer
  if type(answer.report) == 'string' then
    vim.notify('mlwright: report ' .. open(root, answer.report))
    return
  end
  if operation == 'plot' and type(answer.path) == 'string' then
    vim.notify('mlwright: chart ' .. open(root, answer.path))
    return
  end
  local whole = table.concat({ outcome.summary, '', '```json', M.pretty(answer), '```' }, '\n')
  M.buffer(operation, vim.split(whole, '\n'))
end

--- Tells of an error, with the engine's hint.
---@param operation string
---@param err lsp.ResponseError
function M.show_error(operation, err)
  local problem = type(err.data) == 'table' and err.data or {}
  local text = problem.message or err.message
  if type(problem.hint) == 'string' and problem.hint ~= '' then
    text = text .. '. ' .. problem.hint
  end
  vim.notify(('mlwright: %s: %s'):format(operation, text), vim.log.levels.ERROR)
end

--- Puts lines into a window below; the same operation takes the same buffer again.
---@param name string
---@param lines string[]
function M.buffer(name, lines)
  local title = 'mlwright://' .. name
  local buffer = vim.fn.bufadd(title)
  vim.fn.bufload(buffer)
  vim.bo[buffer].buftype = 'nofile'
  vim.bo[buffer].bufhidden = 'hide'
  vim.bo[buffer].swapfile = false
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].filetype = 'markdown'
  if vim.fn.bufwinid(buffer) == -1 then
    vim.api.nvim_open_win(buffer, false, { split = 'below', height = math.min(15, #lines) })
  end
end

--- JSON with two spaces a level, names in order.
---@param value any
---@param indent string?
---@return string
function M.pretty(value, indent)
  indent = indent or ''
  if type(value) ~= 'table' or vim.tbl_isempty(value) then
    return vim.json.encode(value)
  end
  local inner = indent .. '  '
  local parts = {}
  if vim.islist(value) then
    for _, item in ipairs(value) do
      table.insert(parts, inner .. M.pretty(item, inner))
    end
    return '[\n' .. table.concat(parts, ',\n') .. '\n' .. indent .. ']'
  end
  local names = vim.tbl_keys(value)
  table.sort(names)
  for _, name in ipairs(names) do
    table.insert(parts, inner .. vim.json.encode(name) .. ': ' .. M.pretty(value[name], inner))
  end
  return '{\n' .. table.concat(parts, ',\n') .. '\n' .. indent .. '}'
end

return M
