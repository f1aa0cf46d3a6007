-- Drives Neovim without a screen: open a file, see the diagnostic, complete, apply the fix, format.
-- The settings have started the server. Arguments of the environment: FILE, and RESULT to write to.
local seconds = 30
local result = {}

local function write()
  vim.fn.writefile({ vim.fn.json_encode(result) }, vim.env.RESULT)
end

local function wait_for(name, condition)
  if not vim.wait(seconds * 1000, condition, 20) then
    result.failed = name
    write()
    vim.cmd("cquit")
  end
end

local function request(method, parameters)
  local answers = vim.lsp.buf_request_sync(0, method, parameters, seconds * 1000) or {}
  for _, answer in pairs(answers) do
    return answer.result
  end
end

local function lines()
  return vim.api.nvim_buf_get_lines(0, 0, -1, false)
end

vim.cmd("edit " .. vim.env.FILE)
result.omnifunc = vim.wait(seconds * 1000, function() return vim.bo.omnifunc ~= "" end, 20)
result.keys = {}
for _, key in ipairs({ "gra", "K", "]d" }) do
  if vim.fn.maparg(key, "n") ~= "" or vim.fn.maparg(key, "n", false, true).callback then
    table.insert(result.keys, key)
  end
end

wait_for("diagnostics", function() return #vim.diagnostic.get(0) > 0 end)
result.codes = {}
for _, found in ipairs(vim.diagnostic.get(0)) do
  table.insert(result.codes, found.code or found.user_data.lsp.code)
end

-- Complete at the end of the last line, and insert what comes first.
local last = vim.api.nvim_buf_line_count(0)
vim.api.nvim_win_set_cursor(0, { last, #lines()[last] })
local position = { line = last - 1, character = #lines()[last] }
local parameters = { textDocument = vim.lsp.util.make_text_document_params(), position = position }
local completions = request("textDocument/completion", parameters)
result.completions = vim.tbl_map(function(item) return item.label end, completions.items)
local edit = completions.items[1].textEdit
edit.newText = edit.newText:gsub("%$0", "")
vim.lsp.util.apply_text_edits({ edit }, vim.api.nvim_get_current_buf(), "utf-16")
result.completed = lines()

-- The rest of the filter is typed; then the first fix is applied.
vim.api.nvim_buf_set_text(0, last - 1, #lines()[last], last - 1, #lines()[last], { "complete)" })
wait_for("one diagnostic", function() return #vim.diagnostic.get(0) == 1 end)
local found = vim.diagnostic.get(0)[1]
local range = {
  start = { line = found.lnum, character = found.col },
  ["end"] = { line = found.end_lnum, character = found.end_col },
}
local actions = request("textDocument/codeAction", {
  textDocument = parameters.textDocument, range = range, context = { diagnostics = {} },
})
result.actions = vim.tbl_map(function(action) return action.title end, actions)
vim.lsp.util.apply_workspace_edit(actions[1].edit, "utf-16")
result.fixed = lines()

wait_for("no diagnostic", function() return #vim.diagnostic.get(0) == 0 end)
if vim.lsp.buf.format then
  vim.lsp.buf.format({ timeout_ms = seconds * 1000 })
else
  vim.lsp.buf.formatting_sync(nil, seconds * 1000)
end
result.formatted = lines()
write()
vim.lsp.stop_client(vim.lsp.get_active_clients())
vim.cmd("qall!")
