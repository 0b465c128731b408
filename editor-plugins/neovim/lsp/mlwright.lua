-- The language server as Neovim 0.11 configures it: `vim.lsp.enable('mlwright')` is all that is needed beside this file.
---@type vim.lsp.Config
return {
  cmd = { 'mlwright', 'lsp' },
  filetypes = { 'python', 'sql', 'toml' },
  root_dir = function(buffer, start)
    local file = vim.api.nvim_buf_get_name(buffer)
    -- Of TOML files the server knows its own only.
    if vim.bo[buffer].filetype == 'toml' and vim.fs.basename(file) ~= 'mlwright.toml' then
      return
    end
    local root = vim.fs.root(buffer, { { 'mlwright.toml', '.mlwright' }, '.git' })
    start(root or vim.fs.dirname(file))
  end,
  on_init = function(client)
    require('mlwright').register_commands(client)
  end,
}
