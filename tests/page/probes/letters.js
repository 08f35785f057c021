// How many of some letters look different: those that a font lacks are all the same box.
() => {
      const context = document.createElement("canvas").getContext("2d");
      context.font = `24px ${getComputedStyle(document.body).fontFamily}`;
      const drawn = [..."심층∑αβ≤"].map((letter) => {
        context.clearRect(0, 0, 60, 60);
        context.fillText(letter, 5, 40);
        return [...context.getImageData(0, 0, 60, 60).data].filter((v) => v).join();
      });
      return new Set(drawn).size;
    }
