--- `:checkhealth mlwright`
local M = {}

function M.check()
  local health = vim.health
  health.start('mlwright')

  if vim.fn.has('nvim-0.11') == 1 then
    health.ok('Neovim ' .. tostring(vim.version()))
  else
    health.error('Neovim 0.11 or newer is needed')
    return
  end

  local program = vim.lsp.config.mlwright.cmd[1]
  if vim.fn.executable(program) == 1 then
    local answer = vim.system({ program, 'version' }, { text = true }):wait(5000)
    if answer.code == 0 then
      health.ok(('%s (%s)'):format(vim.trim(answer.stdout), vim.fn.exepath(program)))
    else
      health.error(('%s does not say its version'):format(program), { vim.trim(answer.stderr or '') })
    end
  else
    health.error(('%s is not a program that can be run'):format(program), {
      'Install it: `make install` in the sources of mlwright',
      "Or say where it is: require('mlwright').setup({ cmd = { '/path/of/mlwright', 'lsp' } })",
    })
  end

  if vim.lsp.is_enabled('mlwright') then
    health.ok('the language server attaches to Python, SQL and mlwright.toml')
  else
    health.warn('the language server is not enabled', { "vim.lsp.enable('mlwright')" })
  end

  local clients = vim.lsp.get_clients({ name = 'mlwright' })
  if #clients == 0 then
    health.info('no buffer of these kinds is open')
  end
  for _, client in ipairs(clients) do
    local operations = #require('mlwright').operations(client)
    health.ok(('attached in %s, %d operations'):format(client.root_dir or '?', operations))
  end
end

return M
