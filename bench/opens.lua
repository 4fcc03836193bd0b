-- For wrk: each request is another guardian's receipt. The rows are written by bench/apps.py.
local threads = 0

function setup(thread)
  thread:set("place", threads)
  threads = threads + 1
end

function init(arguments)
  rows = {}
  for line in io.lines(arguments[1]) do
    rows[#rows + 1] = line
  end
  place = math.floor(#rows / 2) * place -- two threads begin at two places
end

function request()
  place = place % #rows + 1
  local token, cookie, body = rows[place]:match("^([^\t]*)\t([^\t]*)\t(.*)$")
  local headers = {
    ["Content-Type"] = "application/json",
    ["Accept"] = "application/json",
    ["X-CSRFToken"] = token,
    ["Cookie"] = cookie,
  }
  return wrk.format("POST", nil, headers, body)
end
