(function () {
  var words = document.getElementById("words"), force = document.getElementById("force"), lang = document.getElementById("lang");
  var rows = Array.prototype.slice.call(document.querySelectorAll("#rows tr")), shown = document.getElementById("shown");
  function filter() {
    var asked = words.value.toLowerCase().split(/\s+/).filter(Boolean), count = 0;
    rows.forEach(function (row) {
      var text = row.textContent.toLowerCase();
      var fits = (!force.value || row.dataset.force === force.value) && (!lang.value || row.dataset.lang === lang.value) &&
        asked.every(function (word) { return text.indexOf(word) >= 0; });
      row.hidden = !fits;
      if (fits) { count += 1; }
    });
    shown.textContent = count;
  }
  [words, force, lang].forEach(function (field) { field.addEventListener("input", filter); });
})();
